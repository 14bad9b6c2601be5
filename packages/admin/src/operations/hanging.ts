import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import type { NamedPartition } from "../routing/leader.js";
import { producersOf, type PartitionProducers } from "./describe-producers.js";
import { transactionsOf, type DescribedTransaction } from "./describe-transactions.js";
import { listedTransactions, type TransactionListing } from "./list-transactions.js";
import { partitionKey } from "./partition-items.js";

/** A transaction that is open in a partition. */
export interface OpenTransaction extends NamedPartition {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The epoch of the coordinator that ended the producer's last transaction here; absent where none has ended yet. */
  readonly coordinatorEpoch?: number;
  /** Its first offset here: where readers of committed messages stand. */
  readonly startOffset: bigint;
  /** The timestamp of what its producer wrote last, in milliseconds since 1970. */
  readonly lastTimestamp: number;
}

/** What the coordinators say to an open transaction. */
export type Judgement =
  /** None of them will ever end it here; the id is the one that its producer has, where it is known. */
  | { readonly kind: "hanging"; readonly transactionalId?: string }
  /** One of them will end it. */
  | { readonly kind: "coordinated"; readonly transaction: DescribedTransaction }
  /** It has ended meanwhile. */
  | { readonly kind: "ended" }
  /** Those who would know could not be asked. */
  | { readonly kind: "unknown"; readonly error: KafkaError };

/** Goes through the transactions that are open in a partition. */
export function openIn({ topic, partition, producers }: PartitionProducers): readonly OpenTransaction[] {
  return producers.flatMap(({ transactionStartOffset: startOffset, lastSequence: _, ...producer }) =>
    startOffset === undefined ? [] : [{ topic, partition, startOffset, ...producer }],
  );
}

/**
 * Judges open transactions by what their coordinators know: an end is written only to the partitions that the coordinator counts to the
 * transaction, so one that is open elsewhere stays so.
 */
export async function judge(
  open: readonly OpenTransaction[],
  cluster: Cluster,
  left: () => OperationOptions,
): Promise<ReadonlyMap<OpenTransaction, Judgement>> {
  if (open.length === 0) return new Map();
  const producerIdFilters = [...new Set(open.map(({ producerId }) => producerId))];
  const listing = await listedTransactions({ producerIdFilters }, cluster, left());
  const ids = [...new Set(listing.transactions.map(({ transactionalId }) => transactionalId))];
  const described = await transactionsOf(ids)(cluster, left());
  const judged = new Map(open.map((each) => [each, judgementOf(each, listing, described)]));
  // A coordinator strikes a partition off when the end stands there: whatever ended since it was looked at does not hang.
  const hanging = open.filter((each) => judged.get(each)?.kind === "hanging");
  for (const [each, judgement] of await lookedAtAgain(hanging, cluster, left())) judged.set(each, judgement);
  return judged;
}

function judgementOf(
  open: OpenTransaction,
  listing: TransactionListing,
  described: readonly DescribedTransaction[],
): Judgement {
  const listed = listing.transactions.find(({ producerId }) => producerId === open.producerId);
  if (listed === undefined) {
    const [unasked] = listing.failed;
    return unasked === undefined ? { kind: "hanging" } : { kind: "unknown", error: unasked.error };
  }
  const { transactionalId } = listed;
  const transaction = described.find((each) => each.transactionalId === transactionalId);
  if (transaction?.error !== undefined && transaction.error.errorCode !== ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
    return { kind: "unknown", error: transaction.error };
  const isCounted =
    transaction?.producerId === open.producerId &&
    transaction.partitions.some(({ topic, partition }) => topic === open.topic && partition === open.partition);
  return isCounted ? { kind: "coordinated", transaction } : { kind: "hanging", transactionalId };
}

/** Looks whether transactions are open still. What is still so is left out. */
async function lookedAtAgain(
  hanging: readonly OpenTransaction[],
  cluster: Cluster,
  wait: OperationOptions,
): Promise<readonly (readonly [OpenTransaction, Judgement])[]> {
  const partitions = new Map(
    hanging.map(({ topic, partition }) => [partitionKey(topic, partition), { topic, partition }]),
  );
  const found = await producersOf([...partitions.values()])(cluster, wait);
  const byPartition = new Map(found.map((each) => [partitionKey(each.topic, each.partition), each]));
  return hanging.flatMap((each): readonly (readonly [OpenTransaction, Judgement])[] => {
    const now = byPartition.get(partitionKey(each.topic, each.partition));
    if (now?.error !== undefined) return [[each, { kind: "unknown", error: now.error }]];
    const isOpen = now?.producers.some(
      ({ producerId, transactionStartOffset }) =>
        producerId === each.producerId && transactionStartOffset === each.startOffset,
    );
    return isOpen === true ? [] : [[each, { kind: "ended" }]];
  });
}
