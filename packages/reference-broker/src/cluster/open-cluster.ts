import { join, resolve } from "node:path";
import { Uuid } from "@moldau/protocol-codec";
import type { ResolvedNode } from "../check-options.js";
import type { Clock } from "@moldau/platform";
import { Controller } from "./controller.js";
import { ClusterState } from "./state.js";
import { LogDirectory } from "../data-dir/log-directory.js";
import { metaPropertiesFile } from "../data-dir/meta-properties.js";
import { partitionOf } from "../data-dir/strays.js";
import { defaultLogConfig, type LogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import type { BrokerOptions } from "../options.js";
import type { RandomSource } from "../random.js";
import type { Storage } from "../storage/storage.js";

/** What {@link openDirectories} needs. */
export interface OpeningOptions {
  readonly options: BrokerOptions;
  readonly nodes: readonly ResolvedNode[];
  readonly storage: Storage;
  readonly source: RandomSource;
}

/**
 * Opens the directory of each broker, by node id in the order of the brokers; the first says which cluster it is. A single broker's data
 * lie in `dataDir` itself, those of several in folders named after their node ids.
 */
export async function openDirectories({
  options,
  nodes,
  storage,
  source,
}: OpeningOptions): Promise<ReadonlyMap<number, LogDirectory>> {
  const opened = new Map<number, LogDirectory>();
  try {
    await refuseOtherLayout(options.dataDir, nodes, storage);
    let clusterId: string | undefined;
    for (const { nodeId } of nodes) {
      const path = pathOf(options.dataDir, nodes, nodeId);
      const directory = await LogDirectory.open({ storage, path, nodeId, clusterId, randomBytes: source.randomBytes });
      opened.set(nodeId, directory);
      clusterId ??= directory.clusterId;
    }
    return opened;
  } catch (error) {
    await Promise.all([...opened.values()].map((directory) => directory.close(false)));
    throw error;
  }
}

/** Opens the metadata log, which lies with the first broker, and reads it. */
export async function openController(
  directory: LogDirectory,
  { storage, clock }: { readonly storage: Storage; readonly clock: Clock },
): Promise<Controller> {
  const log = await PartitionLog.open({
    storage,
    dir: `${directory.path}/__cluster_metadata-0`,
    config: metadataLogConfig,
    clock,
    topic: "__cluster_metadata",
    partition: 0,
    topicId: Uuid.metadataTopic,
    cleanShutdown: directory.wasCleanlyLeft,
  });
  try {
    if (log.logEndOffset === 0n) await refuseLostMetadata(directory.path, storage);
    return await Controller.open({ log, state: new ClusterState(directory.clusterId), clock });
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** Without metadata every partition's folder would be set aside as nobody's: better that somebody looks at it. */
async function refuseLostMetadata(path: string, storage: Storage): Promise<void> {
  const folders = (await storage.list(path)).filter((name) => partitionOf(name) !== undefined);
  const [first] = folders.filter((name) => partitionOf(name)?.topic !== "__cluster_metadata");
  if (first !== undefined)
    throw new Error(
      `the metadata log in ${path} has nothing left in it, though there are partitions such as ${first}: bring __cluster_metadata-0 back from a copy, or choose another directory`,
    );
}

/** The metadata log is kept whole. Every change is flushed before it is answered: a topic that was created survives a power failure. */
const metadataLogConfig: LogConfig = {
  ...defaultLogConfig,
  maxMessageBytes: 8 << 20,
  retentionMs: -1,
  isDeleted: false,
  flushMessages: 1,
};

function pathOf(dataDir: string | undefined, nodes: readonly ResolvedNode[], nodeId: number): string {
  if (dataDir === undefined) return `node-${nodeId}`;
  return nodes.length === 1 ? resolve(dataDir) : join(resolve(dataDir), String(nodeId));
}

/** A directory of one broker is not one of several, and the other way round: their records would not be found. */
async function refuseOtherLayout(
  dataDir: string | undefined,
  nodes: readonly ResolvedNode[],
  storage: Storage,
): Promise<void> {
  if (dataDir === undefined) return;
  const root = resolve(dataDir);
  const isSingle = await storage.exists(`${root}/${metaPropertiesFile}`);
  if (nodes.length > 1 && isSingle)
    throw new Error(
      `the data directory ${root} was left by a single broker: start one broker, or choose another directory`,
    );
  if (nodes.length > 1 || isSingle) return;
  for (const name of await storage.list(root)) {
    if (/^\d+$/.test(name) && (await storage.exists(`${root}/${name}/${metaPropertiesFile}`))) {
      throw new Error(
        `the data directory ${root} was left by several brokers: start as many, or choose another directory`,
      );
    }
  }
}
