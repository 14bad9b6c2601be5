import type { Payload } from "../accept/message.js";
import type { SendBatchOptions, SendOptions } from "../accept/send-options.js";
import type { SentBatch } from "../send-error.js";
import type { ConsumerOffsets, OffsetsOfGroup } from "./offsets-to-send.js";

/** What a transaction does with its producer. */
export interface TransactionWork<Key, Value> {
  /** Whether it takes messages and offsets. */
  readonly isOpen: boolean;
  send(options: SendOptions<Key, Value>): Promise<readonly SentBatch[]>;
  sendBatch(options: SendBatchOptions<Key, Value>): Promise<readonly SentBatch[]>;
  sendOffsets<Done>(options: ConsumerOffsets<Done> | OffsetsOfGroup): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
  /** Aborts it, unless it has been ended already. */
  leave(): Promise<void>;
}

/**
 * Messages and offsets that count together or not at all: what `producer.transaction` hands to its body, and `producer.beginTransaction` gives.
 *
 * Once anything of it has failed it can only be aborted, even if the error was caught: a commit then aborts it, and rejects with what failed.
 */
export class Transaction<Key = Payload, Value = Payload> implements AsyncDisposable {
  readonly #work: TransactionWork<Key, Value>;

  /** @internal A producer makes it. */
  constructor(work: TransactionWork<Key, Value>) {
    this.#work = work;
  }

  /** Whether it takes messages and offsets, and can still be committed. */
  get isOpen(): boolean {
    return this.#work.isOpen;
  }

  /**
   * Sends messages as a part of the transaction, as `producer.send` does outside of one. It need not be waited for: the commit does, and
   * says what failed.
   *
   * @throws {SendError} when some could not be delivered, or were dropped because the transaction is aborted (CLIENT_TRANSACTION_ABORTED).
   * @throws {KafkaError} CLIENT_INVALID_STATE when the transaction is over, CLIENT_TRANSACTION_ABORTED when it can only be aborted.
   */
  send(options: SendOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#work.send(options);
  }

  /**
   * Sends messages to several topics; see {@link send}.
   *
   * @throws {SendError} as {@link send} does.
   */
  sendBatch(options: SendBatchOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#work.sendBatch(options);
  }

  /**
   * Commits offsets with the transaction: those that a consumer has read up to, under its right as a member of its group (KIP-447), or
   * those of a group that is named. They count when the transaction is committed; when it is aborted, the consumer goes back to where it
   * stood. It need not be waited for.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT; CLIENT_INVALID_STATE when the transaction is over, or the consumer commits by itself; what the
   * group's coordinator says, such as ILLEGAL_GENERATION for a member that others have taken the partitions from.
   */
  sendOffsets<Done>(options: ConsumerOffsets<Done> | OffsetsOfGroup): Promise<void> {
    return this.#work.sendOffsets(options);
  }

  /**
   * Sends what is still held, waits for all of it, and commits. Resolves when the commit is decided, which nothing undoes.
   *
   * @throws {TransactionError} when it was aborted instead, or (`outcome: "unknown"`) when no answer told; `code` and `cause` say why.
   * @throws {KafkaError} CLIENT_INVALID_STATE when it is over already; PRODUCER_FENCED, for good, when another producer has the transactional id.
   */
  commit(): Promise<void> {
    return this.#work.commit();
  }

  /**
   * Drops what has not been sent, and aborts: nothing of the transaction counts. Does nothing more when a commit has failed before.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE when it is committed; what kept the coordinator from answering: it aborts by itself when
   * `transactionTimeoutMs` are over, and the next transaction waits until it has.
   */
  abort(): Promise<void> {
    return this.#work.abort();
  }

  /** Aborts it, if it was not committed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#work.leave();
  }
}
