import { ErrorCode } from "@moldau/protocol-codec";
import { fence } from "./end.js";
import { moves, refused, type Outcome } from "./outcome.js";
import { isEpochExhausted, type ProducerIdentity, type Transaction, type TransactionVersion } from "./state.js";

/** A producer begins to use the transactional id, or goes on after an error (KIP-360). */
export interface InitProducerEvent {
  readonly type: "initProducer";
  readonly timeoutMs: number;
  /** What the producer has been so far; undefined for one that begins. */
  readonly expected: ProducerIdentity | undefined;
  /** The finalised `transaction.version`, under which an open transaction is aborted. */
  readonly level: TransactionVersion;
  readonly nowMs: number;
}

/**
 * Gives the producer its identity: the epoch after the present one, or a new id when the epochs are used up. An open transaction is aborted
 * instead, and the producer has to come again.
 */
export function initProducer(
  transaction: Transaction | undefined,
  event: InitProducerEvent,
  newProducerId?: bigint,
): Outcome {
  if (transaction === undefined) return firstProducer(event, newProducerId);
  // Before anything else, as in Kafka: who hears it comes again, whoever he is.
  if (transaction.state === "PrepareCommit" || transaction.state === "PrepareAbort")
    return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (!isKnown(transaction, event.expected)) return refused(ErrorCode.PRODUCER_FENCED);
  if (transaction.state === "Ongoing") return fence(transaction, { ...event, type: "fence" }, newProducerId);
  return nextIdentity(transaction, event, newProducerId);
}

function firstProducer({ timeoutMs, nowMs }: InitProducerEvent, newProducerId: bigint | undefined): Outcome {
  if (newProducerId === undefined) return { type: "needsProducerId" };
  return moves({
    state: "Empty",
    producerId: newProducerId,
    producerEpoch: 0,
    lastProducerEpoch: -1,
    // Its own, because Kafka's first record says so.
    previousProducerId: newProducerId,
    timeoutMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion: 0,
  });
}

/**
 * Whether the producer is the one that has the transactional id. The id before the present one is its too, if it had used up the epochs of
 * that: then it has not heard the answer that gave it the present one.
 */
function isKnown(transaction: Transaction, expected: ProducerIdentity | undefined): boolean {
  if (expected === undefined || expected.producerId === transaction.producerId) return true;
  return expected.producerId === transaction.previousProducerId && isEpochExhausted(expected.producerEpoch);
}

function nextIdentity(transaction: Transaction, event: InitProducerEvent, newProducerId: bigint | undefined): Outcome {
  const { producerId, producerEpoch, lastProducerEpoch, clientTransactionVersion } = transaction;
  const { expected, timeoutMs, nowMs } = event;
  const isCurrent = expected === undefined || expected.producerEpoch === producerEpoch;
  const known = { state: "Empty", previousProducerId: producerId, timeoutMs, lastUpdateMs: nowMs } as const;
  const empty = { ...known, clientTransactionVersion };
  if (isEpochExhausted(producerEpoch)) {
    // Kafka has no answer for the producer that repeats a request whose answer was the last epoch.
    if (!isCurrent) return refused(ErrorCode.UNKNOWN_SERVER_ERROR);
    if (newProducerId === undefined) return { type: "needsProducerId" };
    const last = expected === undefined ? -1 : producerEpoch;
    return moves({ ...empty, producerId: newProducerId, producerEpoch: 0, lastProducerEpoch: last });
  }
  if (expected === undefined)
    return moves({ ...empty, producerId, producerEpoch: producerEpoch + 1, lastProducerEpoch: -1 });
  if (isCurrent)
    return moves({ ...empty, producerId, producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch });
  // The request is repeated: the answer is the one that got lost. Another producer would have set the last epoch to -1.
  if (expected.producerEpoch === lastProducerEpoch)
    return moves({ ...empty, producerId, producerEpoch, lastProducerEpoch });
  return refused(ErrorCode.PRODUCER_FENCED);
}
