import { ErrorCode } from "@moldau/protocol-codec";
import type { MarkedPartition } from "./marker.js";
import { moves, refused, type Outcome } from "./outcome.js";
import { partitionsOf, type ProducerIdentity, type Transaction, type TransactionVersion } from "./state.js";

/** Partitions are to belong to the transaction, which begins with the first of them. */
export interface AddPartitionsEvent {
  readonly type: "addPartitions";
  readonly producer: ProducerIdentity;
  readonly partitions: readonly MarkedPartition[];
  readonly version: TransactionVersion;
  readonly nowMs: number;
}

/** Adds partitions to a transaction, or begins one. */
export function add(transaction: Transaction, { producer, partitions, version, nowMs }: AddPartitionsEvent): Outcome {
  // Before the identity is looked at, as in Kafka, where the change to Complete is under way already.
  if (transaction.state === "PrepareCommit" || transaction.state === "PrepareAbort")
    return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  const mistake = identityError(transaction, producer);
  if (mistake !== ErrorCode.NONE) return refused(mistake);
  const isOngoing = transaction.state === "Ongoing";
  const known = isOngoing ? transaction.partitions : [];
  const added = missingIn(known, partitions);
  if (isOngoing && added.length === 0) return { type: "stays" };
  const { producerId, producerEpoch, lastProducerEpoch, timeoutMs } = transaction;
  return moves({
    state: "Ongoing",
    producerId,
    producerEpoch,
    lastProducerEpoch,
    previousProducerId: producerId,
    timeoutMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion: version,
    startMs: isOngoing ? transaction.startMs : nowMs,
    partitions: [...known, ...added],
  });
}

/** For each partition whether it belongs to the transaction of this producer: an error code, or NONE (KIP-890). */
export function verify(
  transaction: Transaction | undefined,
  producer: ProducerIdentity,
  partitions: readonly MarkedPartition[],
): readonly number[] {
  const mistake =
    transaction === undefined ? ErrorCode.INVALID_PRODUCER_ID_MAPPING : identityError(transaction, producer);
  if (mistake !== ErrorCode.NONE || transaction === undefined) return partitions.map(() => mistake);
  if (transaction.state === "PrepareCommit" || transaction.state === "PrepareAbort")
    return partitions.map(() => ErrorCode.CONCURRENT_TRANSACTIONS);
  const known = new Set(partitionsOf(transaction).map(nameOf));
  return partitions.map((partition) =>
    known.has(nameOf(partition)) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE,
  );
}

/** What is wrong with a producer that says who it is: an error code, or NONE. */
export function identityError(transaction: Transaction, { producerId, producerEpoch }: ProducerIdentity): number {
  if (producerId !== transaction.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  return producerEpoch === transaction.producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
}

/** Those of `partitions` that are not in `known`, each once. */
function missingIn(known: readonly MarkedPartition[], partitions: readonly MarkedPartition[]): MarkedPartition[] {
  const names = new Set(known.map(nameOf));
  return partitions.filter((partition) => names.size < names.add(nameOf(partition)).size);
}

function nameOf({ topic, partition }: MarkedPartition): string {
  return `${topic}-${partition}`;
}
