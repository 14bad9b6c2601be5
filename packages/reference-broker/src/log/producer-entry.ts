import { ErrorCode } from "@moldau/protocol-codec";
import { LogError } from "./log-error.js";
import type { AppendOrigin } from "./validation.js";
import type { Verification } from "./verification.js";

/** A batch that a producer wrote, remembered to recognise it when it is sent again. */
export interface ProducerBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** Largest timestamp of the batch. */
  readonly timestamp: number;
}

/** What a partition knows of one producer id. Immutable. */
export interface ProducerEntry {
  readonly producerId: bigint;
  /** -1 when none is known. */
  readonly producerEpoch: number;
  /** Epoch of the transaction coordinator that wrote the last marker; -1 when none did. */
  readonly coordinatorEpoch: number;
  /** Time of the last batch or marker. */
  readonly lastTimestamp: number;
  /** First offset of the transaction that is open; -1n when none is. */
  readonly currentTxnFirstOffset: bigint;
  /** The last batches of this epoch, oldest first, at most five: as many as a producer may have in flight. */
  readonly batches: readonly ProducerBatch[];
}

/** A batch of records that is about to be appended. */
export interface IncomingData {
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
  readonly batch: ProducerBatch;
}

/** An end-of-transaction marker that is about to be appended. */
export interface IncomingMarker {
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly isAbort: boolean;
  readonly offset: bigint;
  readonly timestamp: number;
  /** From 2 on (KIP-890) every marker has to raise the epoch. Default 0. */
  readonly transactionVersion: number;
}

/** Why the checks let something through or not, for the messages. */
export interface AppendContext {
  readonly origin: AppendOrigin;
  readonly partitionName: string;
  /** What is known of the producer's transaction while it is being verified. */
  readonly underVerification?: Verification | undefined;
}

/** The entry of a producer that the partition does not know. */
export function emptyProducerEntry(producerId: bigint): ProducerEntry {
  return {
    producerId,
    producerEpoch: -1,
    coordinatorEpoch: -1,
    lastTimestamp: -1,
    currentTxnFirstOffset: -1n,
    batches: [],
  };
}

/** Whether the producer has a transaction open in this epoch. */
export function hasOpenTransaction(entry: ProducerEntry, producerEpoch: number): boolean {
  return entry.currentTxnFirstOffset >= 0n && entry.producerEpoch === producerEpoch;
}

/** The remembered batch with exactly these sequence numbers in this epoch: what is being sent was appended before. */
export function findDuplicate(
  entry: ProducerEntry,
  producerEpoch: number,
  firstSequence: number,
  lastSequence: number,
): ProducerBatch | undefined {
  if (entry.producerEpoch !== producerEpoch) return undefined;
  return entry.batches.find((batch) => batch.firstSequence === firstSequence && batch.lastSequence === lastSequence);
}

/**
 * The entry after a batch of records.
 *
 * Throws INVALID_PRODUCER_EPOCH for an older epoch, OUT_OF_ORDER_SEQUENCE_NUMBER when the sequence does not follow on the last one
 * (clients only), INVALID_TXN_STATE for records outside the transaction that the producer has open.
 */
export function appendData(entry: ProducerEntry, incoming: IncomingData, context: AppendContext): ProducerEntry {
  const { batch, producerEpoch } = incoming;
  checkEpoch(entry, producerEpoch, context);
  if (context.origin === "client") checkSequence(entry, incoming, context);
  if (entry.currentTxnFirstOffset >= 0n && !incoming.isTransactional && context.origin !== "replication") {
    throw new LogError(
      ErrorCode.INVALID_TXN_STATE,
      `${describe(entry, context)} has a transaction open and sent records outside of it`,
    );
  }
  const remembered = entry.producerEpoch === producerEpoch ? entry.batches.slice(1 - maxBatches) : [];
  const startsTransaction = incoming.isTransactional && entry.currentTxnFirstOffset < 0n;
  return {
    producerId: entry.producerId,
    producerEpoch,
    coordinatorEpoch: entry.coordinatorEpoch,
    lastTimestamp: batch.timestamp,
    currentTxnFirstOffset: startsTransaction ? batch.firstOffset : entry.currentTxnFirstOffset,
    batches: [...remembered, batch],
  };
}

/** The entry after a marker. Throws INVALID_PRODUCER_EPOCH for an older epoch, TRANSACTION_COORDINATOR_FENCED for an older coordinator. */
export function appendMarker(entry: ProducerEntry, marker: IncomingMarker, context: AppendContext): ProducerEntry {
  checkMarkerEpoch(entry, marker, context);
  if (entry.coordinatorEpoch > marker.coordinatorEpoch && context.origin !== "replication") {
    throw new LogError(
      ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      `a marker for ${describe(entry, context)} comes from coordinator epoch ${marker.coordinatorEpoch}, the current one is ${entry.coordinatorEpoch}`,
    );
  }
  return {
    producerId: entry.producerId,
    producerEpoch: marker.producerEpoch,
    coordinatorEpoch: marker.coordinatorEpoch,
    lastTimestamp: marker.timestamp,
    currentTxnFirstOffset: -1n,
    batches: entry.producerEpoch === marker.producerEpoch ? entry.batches : [],
  };
}

/** The sequence number `distance` before `sequence`; they wrap from 2^31 - 1 to 0. */
export function sequenceBefore(sequence: number, distance: number): number {
  return sequence < distance ? sequence - distance + 0x8000_0000 : sequence - distance;
}

// Kafka's ProducerStateEntry.NUM_BATCHES_TO_RETAIN, and the most requests an idempotent producer may have in flight.
const maxBatches = 5;
const maxSequence = 0x7fff_ffff;

/** Throws INVALID_PRODUCER_EPOCH for an epoch before the last one seen, unless a leader has checked it. */
export function checkEpoch(entry: ProducerEntry, producerEpoch: number, context: AppendContext): void {
  if (producerEpoch >= entry.producerEpoch || context.origin === "replication") return;
  throw new LogError(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `${describe(entry, context)} sent epoch ${producerEpoch}, the last one seen is ${entry.producerEpoch}`,
  );
}

function checkMarkerEpoch(entry: ProducerEntry, marker: IncomingMarker, context: AppendContext): void {
  if (marker.transactionVersion < 2 || marker.producerEpoch !== entry.producerEpoch) {
    checkEpoch(entry, marker.producerEpoch, context);
    return;
  }
  // The same marker written again after a lost answer: the transaction it ended is closed already (KAFKA-19999).
  if (entry.currentTxnFirstOffset < 0n || context.origin === "replication") return;
  throw new LogError(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `a marker for ${describe(entry, context)} does not raise the epoch ${entry.producerEpoch}, as transaction version 2 demands`,
  );
}

function checkSequence(entry: ProducerEntry, { producerEpoch, batch }: IncomingData, context: AppendContext): void {
  checkLowestSequence(entry, batch.firstSequence, context);
  // Of a producer whose records are all deleted, or that is new here, any sequence number is taken.
  if (entry.producerEpoch === -1) return;
  const last = entry.producerEpoch === producerEpoch ? (entry.batches.at(-1)?.lastSequence ?? -1) : -1;
  const follows = batch.firstSequence === last + 1 || (batch.firstSequence === 0 && last === maxSequence);
  if (follows) return;
  const reason =
    entry.producerEpoch === producerEpoch
      ? `the last one is ${last}`
      : `the first one of the new epoch ${producerEpoch} has to be 0`;
  throw new LogError(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `${describe(entry, context)} sent sequence number ${batch.firstSequence}, but ${reason}`,
  );
}

/** While a transaction is being verified, a batch must not pass an earlier one that has to be sent again. */
function checkLowestSequence(entry: ProducerEntry, firstSequence: number, context: AppendContext): void {
  const { underVerification } = context;
  if (underVerification === undefined) return;
  const { raisesEpoch, lowestSequence } = underVerification;
  // Each transaction is an epoch of its own there, and each epoch begins at 0.
  const lowest = raisesEpoch && entry.batches.length === 0 ? 0 : lowestSequence;
  if (firstSequence <= lowest) return;
  throw new LogError(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `${describe(entry, context)} sent sequence number ${firstSequence}, and ${lowest} has to come first`,
  );
}

function describe(entry: ProducerEntry, { partitionName }: AppendContext): string {
  return `producer ${entry.producerId} in ${partitionName}`;
}
