import type { Uuid } from "@moldau/protocol-codec";
import { readPartitionMetadata } from "../log/partition-metadata.js";
import type { Storage } from "../storage/storage.js";

/** The folder of a partition: the topic's name, a dash, the number. */
const partitionFolder = /^(?<topic>[a-zA-Z0-9._-]{1,249})-(?<partition>\d+)$/;

/** The partition whose folder has this name; undefined for a name that is no partition's. */
export function partitionOf(folder: string): { readonly topic: string; readonly partition: number } | undefined {
  const { topic, partition } = partitionFolder.exec(folder)?.groups ?? {};
  return topic === undefined ? undefined : { topic, partition: Number(partition) };
}

/** What a folder is renamed to that belongs to no partition of the cluster. */
const straySuffix = "-stray";

/**
 * Renames the folders of partitions that are not (or no longer) this broker's, as Apache Kafka does, and removes those whose deletion a
 * crash interrupted. Nothing that might still be wanted is deleted.
 */
export async function setStraysAside(
  storage: Storage,
  logDir: string,
  isOurs: (topic: string, partition: number, id: Uuid | undefined) => boolean,
): Promise<void> {
  for (const folder of await storage.list(logDir)) {
    if (folder.endsWith("-delete")) {
      await storage.removeDir(`${logDir}/${folder}`);
      continue;
    }
    const named = partitionOf(folder);
    if (named === undefined || named.topic === "__cluster_metadata") continue;
    const id = await readPartitionMetadata(storage, `${logDir}/${folder}`);
    if (isOurs(named.topic, named.partition, id)) continue;
    await storage.rename(`${logDir}/${folder}`, `${logDir}/${folder}.${id?.toString() ?? "unknown"}${straySuffix}`);
  }
}
