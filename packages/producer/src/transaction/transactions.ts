import { abortable, timedOut, waitFor, type OperationOptions } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { Batch } from "../batch/batch.js";
import type { PartitionOfGate } from "../batch/partition-gate.js";
import type { ProducerAnnouncer } from "../events.js";
import type { ProducerCluster, ProducerLease } from "../producer-cluster.js";
import { ruleOf } from "./error-rules.js";
import { isFencing } from "./fencing.js";
import type { MessagesOfTransaction } from "./messages-of-transaction.js";
import type { OffsetsToSend } from "./offsets-to-send.js";
import type { Reply } from "./request-loop.js";
import { TransactionEnding } from "./transaction-ending.js";
import { TransactionEpochs } from "./transaction-epochs.js";
import { TransactionError } from "./transaction-error.js";
import { TransactionGate } from "./transaction-gate.js";
import { TransactionLife } from "./transaction-life.js";
import { TransactionRecord } from "./transaction-record.js";
import { newestVersions, TransactionalRequests, type RequestBounds } from "./transactional-requests.js";

/** What transactions need. */
export interface TransactionsOptions {
  readonly cluster: ProducerCluster;
  readonly lease: ProducerLease;
  readonly announcer: ProducerAnnouncer;
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** Time for beginning a transaction and for ending it, in milliseconds. */
  readonly maxBlockMs: number;
  readonly messages: () => MessagesOfTransaction;
}

/** How a transaction is begun. */
interface BeginOptions extends Pick<OperationOptions, "signal"> {
  /** @throws {KafkaError} when no other transaction may begin. */
  readonly checkOpen: () => void;
}

/** The transactions of one producer, one after the other: begun here, filled, and ended by {@link TransactionEnding}. */
export class Transactions {
  readonly epochs = new TransactionEpochs();
  readonly gate: TransactionGate;
  readonly life: TransactionLife;
  readonly #options: TransactionsOptions;
  readonly #requests: TransactionalRequests;
  readonly #ending: TransactionEnding;
  #record: TransactionRecord | undefined;
  #initializing: Promise<void> | undefined;

  constructor(options: TransactionsOptions) {
    const { announcer, cluster, messages } = options;
    const { clock } = cluster;
    this.#options = options;
    this.life = new TransactionLife(options);
    const add = (partitions: ReadonlySet<PartitionOfGate>): Promise<boolean> => this.#addPartitions(partitions);
    this.gate = new TransactionGate({ clock, add, opened: () => messages().wake() });
    this.#requests = new TransactionalRequests({
      ...options,
      closed: this.life.closed,
      retrying: (apiName, error, delayMs) => {
        messages().blame(error);
        announcer.tell("transactionWaiting", (client) => ({ ...client, ...this.life.name, apiName, error, delayMs }));
      },
    });
    const { epochs, gate, life } = this;
    this.#ending = new TransactionEnding({ ...options, clock, epochs, gate, life, requests: this.#requests });
  }

  /** Gets an identity from the coordinator, if there is none. @throws {KafkaError} what keeps it from that; CLIENT_ABORTED. */
  async initialize({ signal }: Pick<OperationOptions, "signal"> = {}): Promise<void> {
    this.life.checkAlive();
    await this.#decided(signal);
    const { name } = this.life.state;
    if (name !== "uninitialized" && name !== "initializing") return;
    this.#initializing ??= this.#initialize().finally(() => (this.#initializing = undefined));
    await abortable(this.#initializing, signal);
  }

  /** Begins a transaction, unless `checkOpen` throws when all is ready for it. @throws {KafkaError} as {@link initialize} does. */
  async begin({ checkOpen, ...options }: BeginOptions): Promise<TransactionRecord> {
    await this.initialize(options);
    const protocol =
      this.#requests.knownProtocol ??
      this.#done(await abortable(this.#requests.protocol(this.#deadline()), options.signal));
    this.life.checkAlive();
    checkOpen();
    const { identity } = this.life;
    this.life.apply({ type: "begin" });
    const record = new TransactionRecord(identity, protocol, this.#options.messages().acknowledged);
    this.#record = record;
    this.gate.open(protocol);
    this.life.tell("transactionBegun");
    return record;
  }

  /** Something of a transaction has failed: if it is the one that is open, it can only be aborted. */
  fail(record: TransactionRecord, error: KafkaError, dropped?: KafkaError): void {
    if (isFencing(error)) record.fenced ??= error;
    const { name } = this.life.state;
    const isOpen = name === "in transaction" || name === "committing" || name === "abortable error";
    if (record === this.#record && isOpen) this.life.fail(error, dropped);
  }

  /** A batch was given up. */
  gaveUp({ stamp, state }: Batch, error: KafkaError): void {
    const record = this.#record;
    if (record === undefined) return;
    // Its numbers are used up, and it may still arrive.
    if (stamp !== undefined) record.needsEpoch = true;
    if (state.name === "failed" && state.written === "maybe") record.mayBeWritten = true;
    const { errorCode, apiName } = error;
    const isFinal = errorCode !== undefined && apiName === "Produce" && ruleOf("Produce", errorCode).action === "stop";
    if (isFinal) this.life.stop(error);
    else this.fail(record, error);
  }

  /** Gives offsets into a transaction. @throws {KafkaError} what keeps them out; the transaction can only be aborted then. */
  async sendOffsets(record: TransactionRecord, toSend: OffsetsToSend): Promise<void> {
    const { identity, protocol, groups } = record;
    const { groupId } = toSend.group;
    record.offsets.push(toSend);
    if (toSend.offsets.length === 0) return;
    if (protocol === "added" && !groups.has(groupId)) {
      this.#heed(record, await this.#requests.addOffsets(identity, groupId, this.#bounds(record)));
      groups.add(groupId);
    }
    const { offsets: maxVersion } = newestVersions[protocol];
    const bounds = { ...this.#bounds(record), maxVersion };
    if (protocol === "implied") record.mayBeOpen = true;
    this.#heed(record, await this.#requests.commitOffsets(identity, toSend, bounds));
  }

  /** See {@link TransactionEnding.commit}. */
  commit(record: TransactionRecord): Promise<void> {
    return this.#ending.commit(record);
  }

  /** See {@link TransactionEnding.abort}. The reason is what has failed, if the application does not just want it. */
  abort(record: TransactionRecord, reason = this.life.failure): Promise<void> {
    return this.#ending.abort(record, reason);
  }

  /** What the caller of an aborted transaction gets: what it was aborted for, unless the producer is of no use any more. */
  aborted({ expired }: TransactionRecord, reason: KafkaError): KafkaError {
    const { state } = this.life;
    if (state.name === "fatal error") return state.error;
    return new TransactionError("aborted", expired ?? reason, this.#options.transactionalId);
  }

  /** Gives up whatever is under way. */
  close(): void {
    this.life.close();
  }

  /** Waits until it is known how the last transaction ended. */
  async #decided(signal: AbortSignal | undefined): Promise<void> {
    const { deciding } = this.#ending;
    if (deciding === undefined) return;
    const { maxBlockMs: timeoutMs } = this.#options;
    const late = (): KafkaError =>
      timedOut(`The coordinator has not said within ${timeoutMs} ms how the transaction before has ended.`);
    await waitFor(deciding, { clock: this.#options.cluster.clock, signal, timeoutMs, late });
    this.life.checkAlive();
  }

  async #initialize(): Promise<void> {
    const { announcer } = this.#options;
    const { state } = this.life;
    if (state.name !== "uninitialized") return;
    this.life.apply({ type: "initialize" });
    const reply = await this.#requests.initialize(state.former, this.#deadline());
    if (reply.action === "stop") throw this.life.stop(reply.error);
    if (reply.action !== "done") {
      this.life.apply({ type: "retry" });
      throw reply.error;
    }
    const { value: identity } = reply;
    this.life.apply({ type: "initialized", identity });
    this.epochs.follow(identity);
    announcer.tell("transactionsInitialized", (client) => ({ ...client, ...this.life.name, ...identity }));
  }

  // Never rejects.
  async #addPartitions(partitions: ReadonlySet<PartitionOfGate>): Promise<boolean> {
    const record = this.#record;
    if (record === undefined) return false;
    const reply = await this.#requests.addPartitions(record.identity, partitions, this.#bounds(record));
    this.#note(record, reply);
    if (reply.action === "done") return true;
    if (reply.action === "stop") this.life.stop(reply.error);
    // What waits for these partitions fails by the same.
    else this.fail(record, reply.error, reply.error);
    return false;
  }

  /** Takes note of an answer in the middle of a transaction. @throws {KafkaError} when it is a refusal. */
  #heed(record: TransactionRecord, reply: Reply<void>): void {
    this.#note(record, reply);
    if (reply.action === "done") return;
    if (reply.action === "stop") throw this.life.stop(reply.error);
    this.fail(record, reply.error);
    throw reply.error;
  }

  #note(record: TransactionRecord, { action, mayArrive, mayHold }: Reply<void>): void {
    if (action === "done") record.isOpen = true;
    if (action === "done" || mayHold) record.mayBeOpen = true;
    if (mayArrive) record.needsEpoch = true;
  }

  #done<Value>(reply: Reply<Value>): Value {
    if (reply.action === "done") return reply.value;
    if (reply.action === "stop") throw this.life.stop(reply.error);
    throw reply.error;
  }

  #bounds({ abandoned }: TransactionRecord): RequestBounds {
    return { deadline: this.#deadline(), abandoned };
  }

  #deadline(): number {
    return this.#options.cluster.clock.monotonic() + this.#options.maxBlockMs;
  }
}
