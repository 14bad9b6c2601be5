import type { Readable } from "node:stream";
import {
  clientClosed,
  type ClusterAccess,
  type GroupMetadata,
  type OffsetsConsumer,
  type OffsetsInTransaction,
} from "@moldau/connection-pool";
import {
  parseBatchesOptions,
  parseCloseOptions,
  parseLoopOptions,
  parseReason,
  parseWaitingOptions,
  parseWanted,
  type CloseOptions,
  type WaitingOptions,
} from "./call-options.js";
import type { Committable } from "./offsets/committable.js";
import { assertUsable, ConsumerPartitions, engineOf } from "./consumer-partitions.js";
import type { Engine } from "./engine.js";
import { commitsByItself } from "./errors.js";
import type { RetryNotice } from "./events.js";
import { BatchLoop } from "./reading/batch-loop.js";
import type { LoopOptions } from "./reading/loop.js";
import { MessageLoop } from "./reading/message-loop.js";
import type { TopicPattern } from "./subscription/topic-pattern.js";
import type { MessageBatch } from "./reading/message-batch.js";
import { messageStream } from "./reading/message-stream.js";
import type { Message } from "./reading/message.js";
import type { ConsumerOptions } from "./options.js";
import {
  checkWork,
  parseTransformOptions,
  type TransformOptions,
  type TransformWork,
} from "./transform/transform-options.js";
import { Transform } from "./transform/transform.js";

/** How a loop over batches is run. */
export interface BatchesOptions extends LoopOptions {
  /** Messages that a batch has at most. Default: as many as are buffered of a partition, up to a megabyte, decompressed; one message may be larger. */
  readonly maxMessages?: number;
}

/**
 * A member of a consumer group.
 *
 *     for await (const message of consumer) await bill(message);
 *
 * A message is done when the loop asks for the next one. Leaving the loop does not mark the one in hand: it is delivered
 * again. What is done is committed every `autoCommitIntervalMs`, before partitions are given up, and on {@link close}.
 */
export class Consumer extends ConsumerPartitions implements AsyncIterable<Message>, OffsetsConsumer<Committable> {
  readonly #cluster: ClusterAccess;
  readonly #engine: Engine;
  #closed: Promise<void> | undefined;

  /** @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; nothing is connected yet. */
  constructor(cluster: ClusterAccess, options: ConsumerOptions) {
    super(cluster, options);
    this.#cluster = cluster;
    this.#engine = engineOf(this);
  }

  /** Whether {@link close} has been called. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /**
   * Joins the group and waits for the first assignment. Optional: the first iteration joins too.
   *
   * What passes is tried again within `timeoutMs`; without it the cluster has the client's `requestTimeoutMs` to be reached,
   * and the group any time.
   *
   * @throws {KafkaError} what keeps it from joining; when the time is over, what stood in the way last, or CLIENT_REQUEST_TIMEOUT when nothing did; CLIENT_ABORTED.
   */
  async connect(options: WaitingOptions = {}): Promise<void> {
    const waiting = parseWaitingOptions("connect", options);
    this.#checkOpen();
    await this.#engine.join(waiting);
  }

  /** Begins the loop over messages. A consumer has one loop at a time: the first `next()` of another one rejects with CLIENT_SECOND_READER. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return this.messages();
  }

  /**
   * The loop over messages, with a signal that ends it with CLIENT_ABORTED. Between bodies the event loop has a turn every ten milliseconds
   * or so; a body that computes for longer holds heartbeats up for as long, and costs the membership beyond `sessionTimeoutMs`.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  messages(options: LoopOptions = {}): AsyncIterableIterator<Message, undefined> {
    const checked = parseLoopOptions("messages", options);
    this.#checkOpen();
    return new MessageLoop(this.#engine.reader, checked);
  }

  /**
   * The loop over batches: messages of one partition, about a megabyte at most, iterated without waiting. The whole batch is done when the next
   * one is asked for. A body that iterates it synchronously holds heartbeats up all the while: `maxMessages` bounds how long that is.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  batches(options: BatchesOptions = {}): AsyncIterableIterator<MessageBatch, undefined> {
    const checked = parseBatchesOptions(options);
    this.#checkOpen();
    return new BatchLoop(this.#engine.reader, checked);
  }

  /**
   * The messages as a Node stream, for `pipeline`. A message is done when the sink has taken it and has room for the next;
   * what the sink itself buffers (its `highWaterMark`) it has taken.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown; CLIENT_CLOSED.
   */
  stream(options: LoopOptions = {}): Readable {
    return messageStream(this.messages(parseLoopOptions("stream", options)));
  }

  /**
   * Reads, works, writes and commits as one: each batch is given to `work`, and the messages that it makes are written, and the batch's offsets
   * committed, in one transaction of `producer`: all of it counts, or nothing. With a producer of its own for each member, what ends up in the
   * topics is what every message was worth once, whoever crashes or is replaced meanwhile, for readers that read committed messages only.
   *
   *     await consumer.transform({ producer, to: "invoices" }, async (batch) => batch.toArray().map(toInvoice));
   *
   * Batches that have been fetched already go into one transaction, up to `maxMessages` and `transactionMs`; results may each name their own
   * `topic`. When the work, the writing or the commit fails, or the group gives the partitions to others, the transaction is aborted, what was
   * fetched ahead is dropped, and reading goes back to what was committed. A batch that fails is tried again, alone and after a pause, up to
   * `attempts` times in all, and for `retryForMs` at least; the event `retrying` tells of it. What else `work` does, it may do several times. When
   * it rejects, the consumer stays a member, and reading stands where it was committed: call it again, after `commit([{ topic, partition, offset:
   * nextOffset }])` to leave a batch out that cannot be worked on.
   *
   * A rebalance and {@link close} wait for the transaction in hand as they do for the body of a loop; when it takes too long it is aborted, and
   * when closing, or by `signal`, work that still runs is not waited for.
   * Resolves when the consumer is closed.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE for a consumer that commits by itself (`autoCommit` is not false); CLIENT_INVALID_ARGUMENT, CLIENT_CLOSED,
   * CLIENT_SECOND_READER: nothing was read. CLIENT_TRANSFORM_FAILED with the place of a batch that failed too often, and its error as `cause`;
   * what makes the producer useless, such as PRODUCER_FENCED; what ends a loop; CLIENT_ABORTED.
   */
  async transform<Result>(options: TransformOptions<Result>, work: TransformWork<Result>): Promise<void> {
    const checked = parseTransformOptions(options);
    checkWork(work);
    this.#checkOpen();
    if (this.options.autoCommit) throw commitsByItself(this.options.groupId);
    const { reader, transactionalOffsets: offsets, closing, ending } = this.#engine;
    const { options: pace } = this.#cluster;
    const retrying = (notice: RetryNotice): void => this.#engine.retrying(notice);
    const parts = { reader, offsets, pace, closing, abandoned: ending.abandoned, retrying };
    const commitIntervalMs = this.options.autoCommitIntervalMs;
    await new Transform({ ...parts, options: checked, work, commitIntervalMs }).run();
  }

  /**
   * Commits: a message or a batch as done, offsets as the next to be read, and with no argument everything that is done.
   * What is committed counts as done at once.
   *
   * After a transaction was aborted, an offset in what was taken back says that what lies before is not wanted again: reading goes on there.
   *
   * @throws {KafkaError} what the coordinator said; CLIENT_NOT_ASSIGNED for a message whose partition was given up since; CLIENT_TAKEN_BACK for one
   * that was taken back when a transaction was aborted, and is handed out again.
   */
  async commit(what?: Committable, options: WaitingOptions = {}): Promise<void> {
    const { requestTimeoutMs } = this.#cluster.options;
    const { signal, timeoutMs = requestTimeoutMs } = parseWaitingOptions("commit", options);
    assertUsable(this);
    await this.#engine.commits.commit(what, { signal, deadline: this.#cluster.clock.monotonic() + timeoutMs });
  }

  /**
   * What a producer commits in a transaction for what is done: messages, batches, or offsets to read next. Nothing becomes done or is sent by this
   * alone; it is what `tx.sendOffsets({ consumer, offsets })` of a producer's transaction asks for.
   *
   * When the transaction is committed, the offsets count as committed. When it is aborted, reading goes back: of each of these partitions that is
   * still owned, what was handed out since the last commit is handed out again, and what was fetched ahead is dropped. A loop that has a message
   * of it in hand goes on, and gets that message again after the others, as after a `seek`.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE for a consumer that commits by itself (`autoCommit` is not false); CLIENT_INVALID_ARGUMENT;
   * CLIENT_NOT_ASSIGNED for what is not, or no longer, assigned; CLIENT_TAKEN_BACK for what an abort has taken back, and the loop has not handed
   * out again; CLIENT_CLOSED.
   */
  offsetsInTransaction(done: Committable): OffsetsInTransaction {
    assertUsable(this);
    return this.#engine.transactionalOffsets.offsetsInTransaction(done);
  }

  /**
   * Takes reading back to what was committed last, in all partitions that are assigned: what was handed out since is handed out again, and what was
   * fetched ahead is dropped. It is what `producer.transaction(body, { consumer })` asks for when the transaction came to nothing; with a producer
   * of another make, call it after each transaction that was aborted. The message in hand, if there is one, does not become done. A partition that
   * was sought in goes back to where that led. After {@link close} nothing is read, and nothing happens. Never rejects.
   */
  takeBack(): Promise<void> {
    if (!this.isClosed || this.#engine.reader.isFinishing) this.#engine.transactionalOffsets.takeBack();
    return Promise.resolve();
  }

  /**
   * Who this member is to the coordinator of its group, for a producer of another make that commits offsets in its transactions (KIP-447). Read it
   * anew for each transaction: it changes with every round of the group.
   *
   * @throws {KafkaError} CLIENT_NOT_ASSIGNED while the consumer has no part in the group: it is no member, or has given everything up for the next round;
   * CLIENT_CLOSED.
   */
  groupMetadata(): GroupMetadata {
    assertUsable(this);
    return this.#engine.transactionalOffsets.groupMetadata();
  }

  /**
   * Replaces the subscription; a member of the group joins again with it. Topics that do not exist end the loop with an error. With a pattern,
   * as in `subscribe({ pattern: "orders-.*" })`, topics are read from when they appear until they are gone.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is neither a list of names of topics nor a pattern; CLIENT_INVALID_STATE for a consumer whose
   * partitions were assigned by hand; CLIENT_CLOSED.
   */
  subscribe(topics: readonly string[] | TopicPattern): void {
    this.#checkOpen();
    this.#engine.subscribe(parseWanted(topics));
  }

  /**
   * Has the group share its partitions anew, although neither members nor topics changed (KIP-568): for an assignor of one's own whose answer
   * depends on something else, and for static members that came back with other topics, which the coordinator does not notice. `reason` stands in the coordinator's log; it goes along up to 255 characters. The others hear of it by their next
   * heartbeat. Without effect before the group is joined, and while it shares out anyway.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT; CLIENT_CLOSED; CLIENT_INVALID_STATE for a member of the next-generation protocol, whose
   * partitions the broker shares out.
   */
  enforceRebalance(reason = "the application asked for it"): void {
    const why = parseReason(reason);
    this.#checkOpen();
    this.#engine.enforceRebalance(why);
  }

  /**
   * Lets the body of the loop that runs finish, commits what is done, leaves the group and closes the connections, all within
   * `timeoutMs`. Nothing more is handed out: the message (or batch) in hand is done when its body comes to its end, and the loop
   * ends as if there were no more. A body that leaves the loop by `break` or `throw` has not done it, as always. Until it ends,
   * `commit`, `seek`, `pause` and `resume` work in it.
   *
   *     process.once("SIGTERM", () => void consumer.close());
   *
   * A body may call it too, but not wait for it: it would wait for its own end. A body that has not ended after three quarters of
   * the time is left: what it has in hand is given back and delivered again, which the event `failed` tells (a warning of the
   * process does, where nobody listens), and its loop ends with CLIENT_BODY_UNFINISHED. With `finish: false` nothing is waited
   * for, and what is in hand is given back at once.
   *
   * Called again it is the same closing, which can only be sooner by that: `finish: false` ends the wait for the body, and so does
   * a shorter `timeoutMs` when it is over. Whether the group is left is settled by the first call.
   *
   * @throws {KafkaError} when the last commit failed, unless a loop was left early or ended with an error: that comes first.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const closing = parseCloseOptions(options);
    if (this.#closed === undefined) this.#closed = this.#close(closing);
    else this.#engine.hurry(closing);
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: Required<CloseOptions>): Promise<void> {
    const failure = await this.#engine.close(options);
    if (failure !== undefined && !this.#engine.reader.endedEarly) throw failure;
  }

  /** @internal Resolves when no body of a loop runs any more after {@link close}, or none that is waited for. */
  static bodiesEnded(consumer: Consumer): Promise<void> {
    return consumer.#engine.ending.bodiesEnded;
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw clientClosed("The consumer");
  }
}
