import { readdir, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { readBatches } from "@moldau/protocol-codec";
import type { ReferenceBroker } from "@moldau/reference-broker";

/** The end of a log that is to be lost. */
export interface LostRecords {
  /** The data directory of a cluster of several brokers. */
  readonly dataDir: string;
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is lost; the batch that holds it goes as a whole. */
  readonly from: bigint;
}

/**
 * Loses the end of a partition's log, as a machine does that crashes before its disk has everything: its broker is stopped, the file is cut
 * off, what tells how far everything was flushed is gone, and the broker starts again on what is left. It leads under a later epoch then.
 */
export async function loseRecords(broker: ReferenceBroker, lost: LostRecords): Promise<void> {
  const { topic, partition } = lost;
  const nodeId = broker.topic(topic)?.partitions[partition]?.leader ?? -1;
  await broker.stopNode(nodeId);
  await cutOff(join(lost.dataDir, String(nodeId)), lost);
  await broker.startNode(nodeId);
}

/** Cuts a log off in the data directory of a broker that does not run, be it Apache Kafka's. */
export async function cutOff(nodeDir: string, { topic, partition, from }: Omit<LostRecords, "dataDir">): Promise<void> {
  const dir = join(nodeDir, `${topic}-${partition}`);
  await rm(join(nodeDir, "recovery-point-offset-checkpoint"), { force: true });
  for (const name of await readdir(dir)) {
    // What is derived from the log would say otherwise; recovery makes it anew.
    if (/\.(index|timeindex|snapshot|txnindex)$/.test(name)) await rm(join(dir, name));
    if (name.endsWith(".log")) await truncate(join(dir, name), endBefore(await readFile(join(dir, name)), from));
  }
}

function endBefore(log: Buffer, from: bigint): number {
  let end = 0;
  for (const batch of readBatches(log)) {
    if (batch.nextOffset > from) break;
    end += batch.sizeInBytes;
  }
  return end;
}
