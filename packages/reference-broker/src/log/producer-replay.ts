import type { RecordBatch } from "@moldau/protocol-codec";
import type { LogContents } from "./log-contents.js";
import { readProducerSnapshot } from "./producer-files.js";
import { isProducerExpired, ProducerState } from "./producer-state.js";
import { trackProducer } from "./producer-tracking.js";
import { findBatch } from "./segment-reader.js";
import type { Segment } from "./segment.js";
import { type AbortedTransaction, TransactionIndex } from "./transaction-index.js";

/**
 * Builds the producer state as of `upTo` from the newest snapshot that is not beyond it, and from the batches behind that snapshot,
 * whose checksums are not looked at again. The state has to be empty; default: that of the log.
 */
export async function replayProducers(
  contents: LogContents,
  upTo: bigint,
  producers: ProducerState = contents.producers,
): Promise<void> {
  const { storage, dir, segments, clock, name } = contents;
  const { producerIdExpirationMs } = contents.config;
  const snapshot = await readProducerSnapshot(storage, dir, upTo);
  const now = clock.now();
  producers.load(snapshot?.entries ?? [], (entry) => !isProducerExpired(entry, now, producerIdExpirationMs));
  const from = snapshot?.offset ?? contents.logStartOffset;
  if (from >= upTo) return;
  for (const segment of segments.all().slice(segments.floorIndex(from))) {
    if (segment.baseOffset >= upTo) return;
    const start = await findBatch(segment, { offset: from, limit: segment.sizeInBytes, tail: undefined });
    if (start === undefined) continue;
    for await (const { batch } of segment.scan(start)) {
      if (batch.lastOffset >= upTo) return;
      replayBatch(producers, batch, name);
    }
  }
}

/** Works out anew which transactions were aborted in a segment, from what was open before it and its batches. */
export async function replayAborted(contents: LogContents, segment: Segment): Promise<TransactionIndex> {
  const producers = new ProducerState();
  await replayProducers(contents, segment.baseOffset, producers);
  const index = TransactionIndex.empty();
  for await (const { batch } of segment.scan(0))
    for (const aborted of replayBatch(producers, batch, contents.name)) index.append(aborted);
  return index;
}

/** Takes up a batch that is in the log already, and returns the transactions that it aborts. */
export function replayBatch(producers: ProducerState, batch: RecordBatch, partitionName: string): AbortedTransaction[] {
  // Message sets of the formats before have no producers.
  if (batch.magic < 2 || batch.producerId < 0n) return [];
  const changes = producers.change();
  trackProducer(batch, producers, { origin: "replication", partitionName, changes });
  const aborted = producers.apply(changes);
  // What the log holds is decided; only a follower waits for its markers to be replicated, and it learns that anew.
  producers.onHighWatermark(batch.nextOffset);
  return aborted;
}
