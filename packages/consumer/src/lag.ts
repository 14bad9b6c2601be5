import { withJson } from "@moldau/protocol-codec/internal";
import type { PartitionLag } from "./events.js";
import type { AssignedPartition } from "./partitions/assigned-partition.js";

/** How far reading is behind, for each of the partitions of which an answer has come. */
export function lagOf(partitions: Iterable<AssignedPartition>): PartitionLag[] {
  const lags: PartitionLag[] = [];
  for (const each of partitions) {
    const { topic, partition, position, highWatermark } = each;
    if (!each.isReady || highWatermark < 0n) continue;
    const lag = highWatermark > position ? highWatermark - position : 0n;
    lags.push(withJson({ topic, partition, position, highWatermark, lag }));
  }
  return lags;
}
