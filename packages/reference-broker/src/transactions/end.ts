import { ErrorCode } from "@moldau/protocol-codec";
import { identityError } from "./add.js";
import { moves, refused, type Outcome } from "./outcome.js";
import {
  isEpochExhausted,
  lastClientEpoch,
  partitionsOf,
  startOf,
  type DecidedTransaction,
  type ProducerIdentity,
  type Transaction,
  type TransactionVersion,
} from "./state.js";

/** A producer ends its transaction. */
export interface EndEvent {
  readonly type: "end";
  readonly producer: ProducerIdentity;
  readonly isCommit: boolean;
  readonly version: TransactionVersion;
  readonly nowMs: number;
}

/** An open transaction is aborted against the will of its producer, which loses its epoch: Kafka's `PrepareEpochFence`. */
export interface FenceEvent {
  readonly type: "fence";
  /** The finalised `transaction.version`. */
  readonly level: TransactionVersion;
  readonly nowMs: number;
}

/** Decides a transaction. */
export function end(transaction: Transaction, event: EndEvent, newProducerId?: bigint): Outcome {
  return event.version >= 2 ? endAndRaise(transaction, event, newProducerId) : endOnly(transaction, event);
}

/** Up to version 1 the epoch stays, so a request that is repeated looks like the next one: it is known by what came out. */
function endOnly(transaction: Transaction, { producer, isCommit, nowMs }: EndEvent): Outcome {
  const mistake = identityError(transaction, producer);
  if (mistake !== ErrorCode.NONE) return refused(mistake);
  switch (transaction.state) {
    case "Ongoing":
      return moves(decided(transaction, { isCommit, version: 0, nowMs }));
    case "PrepareCommit":
    case "PrepareAbort":
      return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
    case "CompleteCommit":
    case "CompleteAbort":
      return isOutcome(transaction, isCommit) ? { type: "stays" } : refused(ErrorCode.INVALID_TXN_STATE);
    case "Empty":
      return refused(ErrorCode.INVALID_TXN_STATE);
  }
}

/**
 * From version 2 on the epoch tells requests apart: the one before the present is the repetition of an end that was carried out, the
 * present one is new. An abort is taken in every state at rest, because a producer may not know whether it has begun.
 *
 * | | abort repeated | abort | commit repeated | commit |
 * |---|---|---|---|---|
 * | Empty | fenced | aborts | fenced | INVALID_TXN_STATE |
 * | CompleteAbort | done | aborts | INVALID_TXN_STATE | INVALID_TXN_STATE |
 * | CompleteCommit | INVALID_TXN_STATE | aborts | done | INVALID_TXN_STATE |
 */
function endAndRaise(transaction: Transaction, event: EndEvent, newProducerId: bigint | undefined): Outcome {
  const { producer, isCommit } = event;
  const { state } = transaction;
  if (state === "PrepareCommit" || state === "PrepareAbort") return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  const isRepeated = isRepetition(transaction, producer);
  if (producer.producerId !== transaction.producerId && !isRepeated)
    return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (isRepeated && (state === "CompleteCommit" || state === "CompleteAbort"))
    return isOutcome(transaction, isCommit) ? { type: "stays" } : refused(ErrorCode.INVALID_TXN_STATE);
  if (producer.producerEpoch !== transaction.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
  if (isCommit && state !== "Ongoing") return refused(ErrorCode.INVALID_TXN_STATE);
  return decidedAndRaised(transaction, event, newProducerId);
}

/** Whether the producer has not heard yet what its identity is after the last end. */
function isRepetition(
  { producerId, producerEpoch, previousProducerId }: Transaction,
  producer: ProducerIdentity,
): boolean {
  if (producer.producerId === producerId && producer.producerEpoch === producerEpoch - 1) return true;
  // The epochs of its id were used up by that end.
  return (
    producer.producerId === previousProducerId && producer.producerEpoch === lastClientEpoch && producerEpoch === 0
  );
}

function isOutcome({ state }: Transaction, isCommit: boolean): boolean {
  return state === (isCommit ? "CompleteCommit" : "CompleteAbort");
}

/** Aborts an open transaction so that its producer is fenced; stays where there is none. */
export function fence(transaction: Transaction, { level, nowMs }: FenceEvent, newProducerId?: bigint): Outcome {
  if (transaction.state !== "Ongoing") return { type: "stays" };
  if (level >= 2) return decidedAndRaised(transaction, { isCommit: false, nowMs }, newProducerId);
  const aborted = decided(transaction, { isCommit: false, version: 0, nowMs });
  return moves({ ...aborted, producerEpoch: epochAfter(transaction), lastProducerEpoch: -1 });
}

/** Decides a transaction under version 2: with the next epoch, and a new id after it when there is no further one for a client. */
function decidedAndRaised(
  transaction: Transaction,
  { isCommit, nowMs }: { readonly isCommit: boolean; readonly nowMs: number },
  newProducerId: bigint | undefined,
): Outcome {
  const { producerEpoch } = transaction;
  const isExhausted = isEpochExhausted(producerEpoch);
  if (isExhausted && newProducerId === undefined) return { type: "needsProducerId" };
  return moves({
    ...decided(transaction, { isCommit, version: 2, nowMs }),
    producerEpoch: epochAfter(transaction),
    lastProducerEpoch: producerEpoch,
    nextProducerId: isExhausted && newProducerId !== undefined ? newProducerId : -1n,
  });
}

/** The one epoch that no client ever has is where it ends. */
function epochAfter({ producerEpoch }: Transaction): number {
  return Math.min(producerEpoch + 1, lastClientEpoch + 1);
}

function decided(
  transaction: Transaction,
  {
    isCommit,
    version,
    nowMs,
  }: { readonly isCommit: boolean; readonly version: TransactionVersion; readonly nowMs: number },
): DecidedTransaction {
  const { producerId, producerEpoch, lastProducerEpoch, timeoutMs } = transaction;
  return {
    state: isCommit ? "PrepareCommit" : "PrepareAbort",
    producerId,
    producerEpoch,
    lastProducerEpoch,
    previousProducerId: producerId,
    timeoutMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion: version,
    // One that was never begun begins with its end.
    startMs: transaction.state === "Ongoing" ? startOf(transaction) : nowMs,
    partitions: partitionsOf(transaction),
    nextProducerId: -1n,
  };
}

/** Every partition has the marker: completes the transaction, under the new producer id if there is to be one. */
export function complete(transaction: Transaction, nowMs: number): Outcome {
  if (transaction.state !== "PrepareCommit" && transaction.state !== "PrepareAbort") return { type: "stays" };
  return moves(completed(transaction, nowMs));
}

/** What a decided transaction becomes. */
export function completed(transaction: DecidedTransaction, nowMs: number): Transaction {
  const { state, producerId, producerEpoch, lastProducerEpoch, timeoutMs, startMs, nextProducerId } = transaction;
  return {
    state: state === "PrepareCommit" ? "CompleteCommit" : "CompleteAbort",
    ...(nextProducerId === -1n ? { producerId, producerEpoch } : { producerId: nextProducerId, producerEpoch: 0 }),
    lastProducerEpoch,
    previousProducerId: producerId,
    timeoutMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion: transaction.clientTransactionVersion,
    startMs,
  };
}
