import { ErrorCode, readControlRecord, type RecordBatch } from "@moldau/protocol-codec";
import { LogError } from "./log-error.js";
import {
  type AppendContext,
  appendData,
  appendMarker,
  findDuplicate,
  hasOpenTransaction,
  type ProducerBatch,
} from "./producer-entry.js";
import type { ProducerChanges, ProducerState } from "./producer-state.js";
import type { VerificationGuard } from "./verification.js";

/** How transactional records show that they belong to a transaction which the coordinator knows of. */
export interface RequiredVerification {
  /** What the log gave out when the verification began; undefined when the transaction was open here already. */
  readonly guard: VerificationGuard | undefined;
}

/** How a batch is taken up into the producer state. */
export interface TrackOptions extends AppendContext {
  readonly changes: ProducerChanges;
  /** For markers; see `IncomingMarker.transactionVersion`. Default 0. */
  readonly transactionVersion?: number;
  /** Absent: transactional records are taken as they come. */
  readonly verification?: RequiredVerification | undefined;
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
  if (isTransactional) requireVerified(batch, state, options);
  const context = { ...options, underVerification: state.verifications.of(producerId) };
  changes.entries.set(producerId, appendData(state.entry(producerId, changes), incoming, context));
  if (isTransactional) state.verifications.end(producerId);
}

/** Throws INVALID_TXN_STATE for records of a transaction that is neither open here nor verified: it may have ended meanwhile. */
function requireVerified(batch: RecordBatch, state: ProducerState, options: TrackOptions): void {
  const { verification, changes, partitionName } = options;
  if (verification === undefined) return;
  const { producerId, producerEpoch } = batch;
  if (hasOpenTransaction(state.entry(producerId, changes), producerEpoch)) return;
  const { guard } = verification;
  if (guard !== undefined && guard === state.verifications.of(producerId)?.guard) return;
  throw new LogError(
    ErrorCode.INVALID_TXN_STATE,
    `producer ${producerId} sent records to ${partitionName} that are not part of an open transaction`,
  );
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
    endVerification(batch, state);
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

/** What was verified before the marker belongs to the transaction that it ends; unless the epoch says that it belongs to the next one. */
function endVerification({ producerId, producerEpoch }: RecordBatch, { verifications }: ProducerState): void {
  const verification = verifications.of(producerId);
  const isOfNext = verification?.raisesEpoch === true && verification.producerEpoch === producerEpoch;
  if (!isOfNext) verifications.end(producerId);
}
