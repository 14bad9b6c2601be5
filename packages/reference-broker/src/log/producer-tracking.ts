import { readControlRecord, type RecordBatch } from "@moldau/protocol-codec";
import { type AppendContext, appendData, appendMarker, findDuplicate, type ProducerBatch } from "./producer-entry.js";
import type { ProducerChanges, ProducerState } from "./producer-state.js";

/** How a batch is taken up into the producer state. */
export interface TrackOptions extends AppendContext {
  readonly changes: ProducerChanges;
  /** For markers; see `IncomingMarker.transactionVersion`. Default 0. */
  readonly transactionVersion?: number;
}

/** The batch that this one repeats, when its producer sent it before and it is among the last five. */
export function duplicateOf(
  batch: RecordBatch,
  state: ProducerState,
  changes: ProducerChanges,
): ProducerBatch | undefined {
  const { producerId } = batch;
  if (producerId < 0n) return undefined;
  return findDuplicate(state.entry(producerId, changes), batch.producerEpoch, batch.baseSequence, batch.lastSequence);
}

/** Adds what a batch does to its producer to the changes; its offsets have to be set. Throws what the checks of producer-entry.ts throw. */
export function trackProducer(batch: RecordBatch, state: ProducerState, options: TrackOptions): void {
  const { producerId } = batch;
  if (producerId < 0n) return;
  if (batch.isControl) {
    trackMarker(batch, state, options);
    return;
  }
  const { producerEpoch, isTransactional } = batch;
  const {
    baseOffset: firstOffset,
    lastOffset,
    maxTimestamp: timestamp,
    baseSequence: firstSequence,
    lastSequence,
  } = batch;
  const incoming = {
    producerEpoch,
    isTransactional,
    batch: { firstSequence, lastSequence, firstOffset, lastOffset, timestamp },
  };
  const { changes } = options;
  changes.entries.set(producerId, appendData(state.entry(producerId, changes), incoming, options));
}

function trackMarker(batch: RecordBatch, state: ProducerState, options: TrackOptions): void {
  const { changes, transactionVersion = 0 } = options;
  const { producerId, producerEpoch, baseOffset: offset } = batch;
  // Compaction may have emptied the batch: then the whole transaction is gone.
  for (const record of batch) {
    const control = readControlRecord(record);
    if (control.type !== "COMMIT" && control.type !== "ABORT") return;
    const entry = state.entry(producerId, changes);
    const { coordinatorEpoch } = control;
    const isAbort = control.type === "ABORT";
    const marker = {
      producerEpoch,
      coordinatorEpoch,
      isAbort,
      offset,
      timestamp: record.timestamp,
      transactionVersion,
    };
    changes.entries.set(producerId, appendMarker(entry, marker, options));
    if (entry.currentTxnFirstOffset >= 0n) {
      changes.completed.push({
        producerId,
        firstOffset: entry.currentTxnFirstOffset,
        lastOffset: offset,
        isAborted: isAbort,
      });
    }
    return;
  }
}
