import type { At, Key, Value } from "../history/operation.js";

/** What a mixed workload asks of the clients that it works with: ours, or a model. */
export interface WorkloadClients {
  /** A producer of transactions; whoever had this transactional id before is fenced. */
  transactional(transactionalId: string): Promise<WorkloadProducer>;
  /** A producer without transactions. */
  plain(): Promise<PlainProducer>;
  /** A member of a group that reads these keys: committed messages only, from the beginning where the group has committed nothing. */
  consumer(group: string, keys: readonly Key[]): Promise<WorkloadConsumer>;
  /** What an error of a transaction means for the one who waits for it. */
  judge(error: unknown): Judgement;
}

/** What became of a transaction whose commit failed, and whether its producer can go on. */
export interface Judgement {
  /** Whether it is certain that nothing of it will ever count. */
  readonly isAborted: boolean;
  /** Whether the producer is of no use any more. */
  readonly isFatal: boolean;
}

/** One incarnation of a transactional id. */
export interface WorkloadProducer {
  begin(): Promise<WorkloadTransaction>;
  close(): Promise<void>;
}

/** A transaction that has been begun. */
export interface WorkloadTransaction {
  /** Resolves to the offset, or null when nobody told it. */
  send(key: Key, value: Value): Promise<number | null>;
  /** Has the offsets behind what was polled last committed with the transaction. */
  sendOffsets(consumer: WorkloadConsumer): Promise<void>;
  commit(): Promise<void>;
  /** Rejects when the producer is of no use any more. */
  abort(): Promise<void>;
}

/** Sends without transactions. */
export interface PlainProducer {
  /** Resolves to the offset; null when nobody told it. */
  send(key: Key, value: Value): Promise<number | null>;
  /** Whether what failed by this error is certainly not in the log. */
  isUnwritten(error: unknown): boolean;
  close(): Promise<void>;
}

/** What one poll brought: messages of one key, in their order. */
export interface Polled {
  readonly key: Key;
  readonly messages: readonly At[];
}

/** A member of a group. */
export interface WorkloadConsumer {
  /** Waits for messages; undefined once it is closed. What was polled before counts as done, unless its offsets go with transactions. */
  poll(): Promise<Polled | undefined>;
  /** What was polled last is to be polled again: its transaction came to nothing before it had the offsets. */
  goBack(): void;
  /** The keys that were given to it or taken from it since this was called before. */
  takeRebalanced(): readonly Key[];
  close(): Promise<void>;
}
