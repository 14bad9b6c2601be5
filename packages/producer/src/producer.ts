import {
  asKafkaError,
  because,
  ClientErrorCode,
  clientClosed,
  invalidArgument,
  invalidState,
  maxTimerMs,
  OptionReader,
  timedOut,
  waitFor,
  type OperationOptions,
} from "@moldau/connection-pool";
import { Announcer } from "@moldau/connection-pool/internal";
import { KafkaError } from "@moldau/protocol-codec";
import { EventEmitter } from "eventemitter3";
import { Intake } from "./accept/intake.js";
import type { ProducerAnnouncer, ProducerEvents } from "./events.js";
import { channelsOfEvents } from "./channels.js";
import { producerLines } from "./log.js";
import type { Payload } from "./accept/message.js";
import { resolveProducerOptions, type ProducerOptions, type ResolvedProducerOptions } from "./options.js";
import type { SendCall } from "./accept/send-call.js";
import type { SentBatch } from "./send-error.js";
import {
  readSendBatchOptions,
  readSendOptions,
  type ResolvedSendSettings,
  type SendBatchOptions,
  type SendOptions,
  type TopicMessages,
} from "./accept/send-options.js";
import type { ProducerCluster, ProducerLease } from "./producer-cluster.js";
import { sendChannel, traceSend, type SendTrace } from "./send-trace.js";
import { SendPipeline } from "./send-pipeline.js";
import { messagesOfTransaction, type MessagesOfTransaction } from "./transaction/messages-of-transaction.js";
import { TransactionCalls, type TransactionPatience } from "./transaction/transaction-calls.js";
import type { TransactionOptions } from "./transaction/transaction-options.js";
import type { Transaction } from "./transaction/transaction.js";
import { Transactions } from "./transaction/transactions.js";
import { MessageWritable, type WritableSettings } from "./writable.js";

/** How long to wait for `flush` or `close`. */
export interface WaitSettings {
  /** Time to wait, in milliseconds. Default: for `flush` no limit, as every call has its own; for `close` 8,000, so that a process that is told to end has time for it. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting with CLIENT_ABORTED; nothing is taken back. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link WaitSettings}, checked. */
interface ResolvedWaitSettings {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const closeTimeoutMs = 8_000;

/**
 * Sends messages to Kafka in batches.
 *
 * Messages of one partition arrive in the order in which they were sent, each once, whatever fails on the way, unless
 * `idempotent` is off or a `send` rejects, which then says what may be missing.
 *
 * ```ts
 * const producer = new Producer(cluster, { compression: "gzip" });
 * await producer.send({ topic: "orders", messages: [{ key: "42", value: "paid" }] });
 * await producer.close();
 * ```
 */
export class Producer<Key = Payload, Value = Payload> extends EventEmitter<ProducerEvents> {
  readonly #cluster: ProducerCluster;
  readonly #options: ResolvedProducerOptions<Key, Value>;
  readonly #announcer: ProducerAnnouncer;
  readonly #pipeline: SendPipeline;
  readonly #intake: Intake<Key, Value>;
  readonly #lease: ProducerLease;
  readonly #transactions: Transactions | undefined;
  readonly #calls: TransactionCalls<Key, Value> | undefined;
  #messages: MessagesOfTransaction | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Nothing is connected until something is sent.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown.
   */
  constructor(cluster: ProducerCluster, options?: ProducerOptions<Key, Value>) {
    super();
    this.#cluster = cluster;
    this.#options = resolveProducerOptions(options, cluster.options);
    this.#lease = cluster.lease({ name: "producer" });
    this.#announcer = new Announcer({
      who: cluster.client,
      emitter: this,
      channels: channelsOfEvents,
      log: cluster.clientLog,
      lines: producerLines,
    });
    const shared = { cluster, announcer: this.#announcer, options: this.#options };
    const { transactionalId } = this.#options;
    this.#transactions = transactionalId === undefined ? undefined : this.#makeTransactions(transactionalId);
    this.#pipeline = new SendPipeline({ ...shared, lease: this.#lease, transactions: this.#transactions });
    this.#intake = new Intake({ ...shared, pipeline: this.#pipeline });
    this.#calls =
      this.#transactions &&
      new TransactionCalls({
        clock: cluster.clock,
        maxBlockMs: this.#options.maxBlockMs,
        transactions: this.#transactions,
        checkOpen: () => this.#checkOpen(),
        // Of a transaction that is open they are taken while the producer is being closed, too: its end is waited for.
        send: (each) => this.#submit(() => this.#open(each, "send")),
        sendBatch: (each) => this.#submit(() => this.#openBatch(each)),
      });
  }

  /** The id under which it makes transactions; undefined for a producer without them. */
  get transactionalId(): string | undefined {
    return this.#options.transactionalId;
  }

  /**
   * Connects to the cluster now instead of at the first `send`, and fails when no broker answers: each is tried once, or with
   * `timeoutMs` again and again for so long. Optional.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED and what else keeps the client out; CLIENT_INVALID_ARGUMENT, CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async connect(options: OperationOptions = {}): Promise<void> {
    this.#checkOpen();
    await this.#cluster.connect(options);
  }

  /**
   * Sends messages to a topic, and resolves when all of them have an outcome: with one entry for each (partition, batch) that they
   * went into.
   *
   * Bytes and texts are copied into batches at once, within this call, unless the topic is not known yet, memory is full, a
   * serializer is asynchronous or the call is a long one; so leave Buffers unchanged until the promise settles.
   *
   * @throws {SendError} when some could not be delivered; it says which, and whether they may be in the log all the same.
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, CLIENT_SERIALIZATION_FAILED, CLIENT_CLOSED: nothing was sent.
   */
  send(options: SendOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#submit(() => {
      this.#checkOpen();
      this.#checkOutside("send");
      return this.#open(options, "send");
    });
  }

  /**
   * Sends messages to several topics, as one call; see {@link send}.
   *
   * @throws {SendError} as {@link send} does.
   */
  sendBatch(options: SendBatchOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#submit(() => {
      this.#checkOpen();
      this.#checkOutside("sendBatch");
      return this.#openBatch(options);
    });
  }

  /**
   * Makes a transaction of what `body` sends: commits it when `body` returns, and gives what it returned; aborts it when `body` throws, and
   * throws the same, or a TransactionError if it was a call of the transaction that failed. Resolves without a commit only when `body` has called
   * `tx.abort()`; what `body` throws after its own `tx.commit()` undoes nothing. Needs the option `transactionalId`.
   *
   * One transaction of a producer is open at a time: a second call waits until the first one is over, as long as one ends within each
   * `maxBlockMs`. So `body` must not wait for another transaction of the same producer.
   *
   * @throws {TransactionError} when it was aborted instead of committed, or when nobody could find out; see {@link Transaction.commit}.
   * @throws {KafkaError} CLIENT_INVALID_STATE without a transactional id; CLIENT_REQUEST_TIMEOUT, not retriable, when no transaction of this producer
   * has ended for `maxBlockMs`; CLIENT_ABORTED, CLIENT_CLOSED; PRODUCER_FENCED, from then on always, when
   * a newer producer has the transactional id; what else keeps the coordinator from beginning one.
   */
  async transaction<Result>(
    body: (tx: Transaction<Key, Value>) => Result | Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return this.#transactionCalls("transaction").run(body, options);
  }

  /**
   * Begins a transaction, which its own `commit` and `abort` end; {@link transaction} is easier to get right. Needs the option
   * `transactionalId`.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE when one is open already, or without a transactional id; otherwise as {@link transaction}.
   */
  async beginTransaction(options: TransactionOptions = {}): Promise<Transaction<Key, Value>> {
    return this.#transactionCalls("beginTransaction").begin(options);
  }

  /**
   * Takes the transactional id now instead of at the first transaction: older producers with the same one are fenced off, and their open
   * transaction is aborted. Does nothing when this producer has it already.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE without a transactional id; what keeps the coordinator from giving it; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async fence(options: Pick<TransactionOptions, "signal"> = {}): Promise<void> {
    await this.#transactionCalls("fence").fence(options);
  }

  /**
   * A Node stream in object mode that sends every message written to it, with back-pressure.
   *
   * A write is taken when the message is in a batch; `finish` comes when all are delivered; a failed delivery destroys the stream with a
   * {@link StreamError}, which says how many messages were acknowledged and where to begin again. The stream itself says so at any time.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown.
   */
  writable(options: WritableSettings): MessageWritable<Key, Value> {
    this.#checkOutside("writable");
    return new MessageWritable(options, {
      check: (messages) => void readSendOptions(messages, this.#options, "writable"),
      open: (messages, firstIndex) => {
        this.#checkOpen();
        return this.#open(messages, "writable", firstIndex);
      },
      flush: () => this.#pipeline.flush(),
      soon: (run) => this.#cluster.clock.soon(run),
    });
  }

  /**
   * Sends what waits for company, and resolves when every call made so far has its outcome. Failures go to the promises of those
   * calls.
   *
   * @throws {KafkaError} CLIENT_REQUEST_TIMEOUT, CLIENT_ABORTED.
   */
  async flush(settings: WaitSettings = {}): Promise<void> {
    const wait = readWaitSettings("flush", settings, undefined);
    const relax = this.#pipeline.hurry();
    try {
      await this.#settled(wait);
    } finally {
      relax();
    }
  }

  /**
   * Takes no more messages, waits for the outcome of all that were sent, and closes the connections.
   *
   * A transaction that is open may go on and end for three quarters of `timeoutMs`; then it is aborted, and its commit rejects with a
   * {@link TransactionError} whose code is CLIENT_CLOSED. No other one is begun meanwhile.
   *
   * What has no outcome after `timeoutMs` is given up: its calls reject with CLIENT_CLOSED, and say what kept them until then. Calling it
   * again gives the same promise.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong, and then closes nothing.
   */
  close(settings: WaitSettings = {}): Promise<void> {
    try {
      const wait = readWaitSettings("close", settings, closeTimeoutMs);
      this.#closing ??= this.#close(wait);
      return this.#closing;
    } catch (error) {
      return Promise.reject(asKafkaError(error));
    }
  }

  /** Closes with the default patience. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Begins a call; what keeps all of it from being sent rejects the promise. */
  #submit(open: () => SendCall): Promise<readonly SentBatch[]> {
    try {
      return open().promise;
    } catch (error) {
      return Promise.reject(asKafkaError(error));
    }
  }

  #open(options: SendOptions<Key, Value>, operation: "send" | "writable", firstIndex = 0): SendCall {
    const settings = this.#checkAcks(readSendOptions(options, this.#options));
    return this.#traced(operation, [options], (entries) => this.#intake.open(settings, entries, firstIndex));
  }

  #openBatch(options: SendBatchOptions<Key, Value>): SendCall {
    const settings = this.#checkAcks(readSendBatchOptions(options, this.#options));
    return this.#traced("sendBatch", options.topicMessages, (entries) => this.#intake.open(settings, entries));
  }

  #checkAcks(settings: ResolvedSendSettings): ResolvedSendSettings {
    if (this.#transactions === undefined || settings.acks === "all") return settings;
    throw invalidArgument(`send: acks must be "all" in a transaction, not ${settings.acks}: leave it out.`);
  }

  #traced(
    operation: SendTrace["operation"],
    entries: readonly TopicMessages<Key, Value>[],
    open: (entries: readonly TopicMessages<Key, Value>[]) => SendCall,
  ): SendCall {
    return sendChannel.hasSubscribers
      ? traceSend({ ...this.#cluster.client, operation }, entries, open)
      : open(entries);
  }

  #makeTransactions(transactionalId: string): Transactions {
    return new Transactions({
      ...this.#options,
      transactionalId,
      cluster: this.#cluster,
      lease: this.#lease,
      announcer: this.#announcer,
      messages: () => (this.#messages ??= messagesOfTransaction(this.#pipeline, this.#intake)),
    });
  }

  #transactionCalls(name: string): TransactionCalls<Key, Value> {
    this.#checkOpen();
    if (this.#calls !== undefined) return this.#calls;
    throw invalidState(
      `${name}: this producer has no transactionalId: make one by kafka.producer({ transactionalId: "billing-1" }).`,
      { written: false },
    );
  }

  #checkOpen(): void {
    if (this.#closing) throw clientClosed("The producer");
  }

  #checkOutside(name: string): void {
    if (this.#calls === undefined) return;
    throw invalidState(
      `${name}: this producer has a transactionalId, so it sends in transactions only: use producer.transaction(async (tx) => { await tx.send(…) }), ` +
        "or another producer, without transactionalId.",
      { written: false },
    );
  }

  async #close(wait: ResolvedWaitSettings): Promise<void> {
    try {
      this.#pipeline.hurry();
      await this.#settled(wait, this.#calls?.close(shareOfTransaction(wait)));
    } catch {
      // Patience is at its end; what it was for is told to the calls that are given up.
    }
    this.#calls?.giveUp();
    this.#transactions?.close();
    this.#intake.close(closedBeforeSent);
    this.#pipeline.close(closedBeforeSent);
    await this.#lease.close();
    this.#announcer.tell("closed", (client) => client);
  }

  async #settle(before: Promise<void>): Promise<void> {
    await before;
    await this.#intake.settle();
  }

  #settled({ timeoutMs, signal }: ResolvedWaitSettings, before: Promise<void> = Promise.resolve()): Promise<void> {
    const late = (): KafkaError => timedOut(`Not every message had an outcome within ${timeoutMs} ms.`);
    return waitFor(this.#settle(before), { clock: this.#cluster.clock, signal, timeoutMs, late });
  }
}

/** What a call gets that has no outcome when the producer is closed. */
function closedBeforeSent(cause: KafkaError | undefined): KafkaError {
  const message = because("The producer was closed before this had an outcome", cause);
  return new KafkaError(ClientErrorCode.CLOSED, message, { cause });
}

/** A body may take long; what is left of the time is for aborting what it has not ended. */
function shareOfTransaction({ timeoutMs = closeTimeoutMs, signal }: ResolvedWaitSettings): TransactionPatience {
  return { timeoutMs: timeoutMs * 0.75, signal };
}

function readWaitSettings(name: string, settings: WaitSettings, timeoutMs: number | undefined): ResolvedWaitSettings {
  const read = new OptionReader<WaitSettings>(`${name} options`, settings);
  const resolved = {
    timeoutMs: read.integer("timeoutMs", { min: 0, max: maxTimerMs, default: timeoutMs ?? null }) ?? undefined,
    signal: read.signal("signal"),
  };
  read.done();
  return resolved;
}
