import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { coordinatorPartition, readBatches } from "@moldau/protocol-codec";
import type { CoordinatorLog } from "../../packages/reference-broker/src/coordination/coordinator-log.js";

/** The partition of `__consumer_offsets` in a data directory that a group belongs to, to be read by a group coordinator. It takes nothing. */
export function groupLogOf(dataDir: string, groupId: string): CoordinatorLog {
  const partitions = readdirSync(dataDir).filter((name) => name.startsWith("__consumer_offsets-")).length;
  const folder = join(dataDir, `__consumer_offsets-${coordinatorPartition(groupId, partitions)}`);
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  const batches = files.sort().flatMap((name) => [...readBatches(readFileSync(join(folder, name)))]);
  return {
    logStartOffset: 0n,
    logEndOffset: batches.at(-1)?.nextOffset ?? 0n,
    append: () => Promise.reject(new Error("this log is only read")),
    read: async (offset) => ({
      records: batches.filter(({ baseOffset }) => baseOffset >= offset).map(({ bytes }) => bytes),
    }),
  };
}
