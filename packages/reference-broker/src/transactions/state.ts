import type { MarkedPartition } from "./marker.js";

/** The version of the transaction protocol under which a request came (KIP-890): 2 raises the epoch at every end. */
export type TransactionVersion = 0 | 1 | 2;

/** Who may write under a transactional id. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** What every state knows of the producer that has the transactional id. */
export interface TransactionFacts extends ProducerIdentity {
  /** The epoch before the last change, so that a request which is repeated is recognised (KIP-360); -1 for none. Not kept in the log. */
  readonly lastProducerEpoch: number;
  /** The producer id before the last change; -1n for none. Not kept in the log under `transaction.version` 0. */
  readonly previousProducerId: bigint;
  /** How long a transaction may stay open, in milliseconds. */
  readonly timeoutMs: number;
  /** When the state last changed, in milliseconds since 1970: ids that nobody uses expire by it. */
  readonly lastUpdateMs: number;
  /** The version of the protocol that the last request spoke. */
  readonly clientTransactionVersion: TransactionVersion;
}

/** The transactional id has a producer, which has not begun a transaction. */
export interface EmptyTransaction extends TransactionFacts {
  readonly state: "Empty";
}

/** Messages may be written into the partitions, by this producer id and epoch alone. */
export interface OngoingTransaction extends TransactionFacts {
  readonly state: "Ongoing";
  readonly startMs: number;
  readonly partitions: readonly MarkedPartition[];
}

/** How it ends is in the log and can never change; the partitions are being told. */
export interface DecidedTransaction extends TransactionFacts {
  readonly state: "PrepareCommit" | "PrepareAbort";
  readonly startMs: number;
  readonly partitions: readonly MarkedPartition[];
  /** The id that the producer has afterwards, when the epochs of the present one are used up; -1n: it stays. */
  readonly nextProducerId: bigint;
}

/** Every partition has its marker. */
export interface CompletedTransaction extends TransactionFacts {
  readonly state: "CompleteCommit" | "CompleteAbort";
  readonly startMs: number;
}

/**
 * What a transactional id is about, as the log keeps it.
 *
 * ```
 *                 initProducer: epoch + 1, or a new id when the epochs are used up
 *                ┌──────────────────────────────────────────────────────────────────┐
 *                ▼                                                                  │
 *   (none) ──▶ Empty ──────addPartitions─────▶ Ongoing ◀──────addPartitions─────────┤
 *                │                             │  │  │                              │
 *                │                 end: commit │  │  │ PrepareEpochFence:            │
 *                │                             │  │  │ timed out, or initProducer    │
 *                │                             ▼  │  │ of another; epoch + 1         │
 *                │                  PrepareCommit │  │                              │
 *                │ version 2:              │      │ end: abort                      │
 *                │ end: abort              │      ▼  ▼                              │
 *                ├─────────────────────────┼──▶ PrepareAbort ◀── version 2:         │
 *                │                         │      │            end: abort ──────────┤
 *                │            every marker │      │ every marker                    │
 *                │            is written   ▼      ▼ is written                      │
 *                │              CompleteCommit  CompleteAbort ──────────────────────┘
 *                │                         │      │
 *                └───unused for too long───┴──────┴──▶ Dead: a tombstone
 * ```
 *
 * Two of Kafka's eight states are never at rest, here as there: `PrepareEpochFence` is the way from Ongoing to PrepareAbort on which the
 * producer loses its epoch, and `Dead` that to the tombstone. No log holds them.
 */
export type Transaction = EmptyTransaction | OngoingTransaction | DecidedTransaction | CompletedTransaction;

/** The number of a state in the log, by its name. */
export const transactionStates = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const;

/** The name of a state. */
export type TransactionStateName = keyof typeof transactionStates;

/** The last epoch that a client is given. One more is left, so that its producer can always be fenced. */
export const lastClientEpoch = 32_766;

/** Whether no further epoch can be given to a client under the producer id. */
export function isEpochExhausted(producerEpoch: number): boolean {
  return producerEpoch >= lastClientEpoch;
}

/** The partitions that a transaction touches. */
export function partitionsOf(transaction: Transaction): readonly MarkedPartition[] {
  return "partitions" in transaction ? transaction.partitions : [];
}

/** When the transaction began, in milliseconds since 1970; -1 when none has. */
export function startOf(transaction: Transaction): number {
  return transaction.state === "Empty" ? -1 : transaction.startMs;
}

/** The version of the protocol that a level of the feature `transaction.version` means. */
export function transactionVersionAt(level: number): TransactionVersion {
  if (level >= 2) return 2;
  return level >= 1 ? 1 : 0;
}
