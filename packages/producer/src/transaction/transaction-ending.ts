import type { Clock, TransactionOutcome } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";
import type { ProducerAnnouncer } from "../events.js";
import { isFencing } from "./fencing.js";
import type { MessagesOfTransaction } from "./messages-of-transaction.js";
import type { Reply } from "./request-loop.js";
import type { TransactionEpochs } from "./transaction-epochs.js";
import { TransactionError } from "./transaction-error.js";
import type { TransactionGate } from "./transaction-gate.js";
import { transactionAborted, type TransactionLife } from "./transaction-life.js";
import type { TransactionRecord } from "./transaction-record.js";
import { newestVersions, type TransactionalRequests } from "./transactional-requests.js";

/** What ending a transaction needs. */
export interface TransactionEndingOptions {
  readonly clock: Clock;
  readonly announcer: ProducerAnnouncer;
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly maxBlockMs: number;
  readonly life: TransactionLife;
  readonly epochs: TransactionEpochs;
  readonly gate: TransactionGate;
  readonly requests: TransactionalRequests;
  readonly messages: () => MessagesOfTransaction;
}

/** The identity after a transaction, or the one that the next has to follow. */
interface NextIdentity {
  readonly identity: ProducerIdentity;
  /** Whether it has to be asked for a later one first. Default: by what is still on its way. */
  readonly needsEpoch?: boolean;
}

/** How a transaction ended. */
interface EndOfTransaction extends NextIdentity {
  readonly outcome: "committed" | "aborted";
  readonly error?: KafkaError | undefined;
}

/**
 * Ends transactions, and finds out how they ended when no answer tells.
 *
 * Whatever an answer leaves open, nothing of the next transaction can come into the old one: either the coordinator has given a new epoch for
 * this end (`transaction.version` 2), or the next transaction begins by asking for one.
 */
export class TransactionEnding {
  readonly #options: TransactionEndingOptions;
  #deciding: Promise<void> | undefined;

  constructor(options: TransactionEndingOptions) {
    this.#options = options;
  }

  /** Resolves when it is known how the last transaction ended; undefined when that is known. Never rejects. */
  get deciding(): Promise<void> | undefined {
    return this.#deciding;
  }

  /** Sends what is held, and commits. @throws {KafkaError} a {@link TransactionError}, or what has made an end of the producer. */
  async commit(record: TransactionRecord): Promise<void> {
    const { life } = this.#options;
    if (life.state.name === "in transaction") life.apply({ type: "commit" });
    await this.#flush(record);
    const lost = record.offsets.find(({ ownershipEnded }) => ownershipEnded?.aborted === true);
    if (lost !== undefined && life.state.name === "committing") life.fail(partitionsGone(lost.group.groupId));
    if (life.state.name === "committing") await this.#commitFlushed(record);
    const { failure } = life;
    if (failure !== undefined) await this.#rollBack(record, failure);
    if (life.state.name !== "fatal error") return;
    await this.#settle(record, "aborted");
    throw life.state.error;
  }

  /** Drops what is held, and aborts. @throws {KafkaError} what kept the coordinator from saying that it has aborted. */
  async abort(record: TransactionRecord, reason?: KafkaError): Promise<void> {
    const { gate, life, messages } = this.#options;
    if (life.state.name === "fatal error") return this.#settle(record, "aborted");
    life.apply({ type: "abort" });
    record.abandon();
    await messages().drop(transactionAborted(reason));
    await gate.shut();
    await Promise.all(record.pending);
    messages().resume();
    if (record.fenced !== undefined && !this.#isOpen(record)) throw this.#stop(record, record.fenced);
    const mustFence = record.mayBeWritten && record.protocol === "added";
    const reply = mustFence ? await this.#fenceOff(record) : await this.#end(record, false);
    if (reply.action === "late") {
      this.#decideLater(record);
      throw reply.error;
    }
    await this.#conclude(record, reply, reason);
  }

  /**
   * Aborts by taking the transactional id over from ourselves: the marker then has the next epoch, so that a batch which comes behind it is
   * refused. Behind a marker with its own epoch, a broker before Kafka 3.6 would take it for the beginning of another transaction, which
   * nobody ever ends.
   */
  async #fenceOff(record: TransactionRecord): Promise<Reply<ProducerIdentity>> {
    const { requests } = this.#options;
    const reply = await requests.initialize(record.identity, this.#deadline());
    if (reply.action === "abort") return this.#end(record, false);
    record.isFencedOff = true;
    return reply;
  }

  /** Waits for all that was sent; what fails has been told to the life by then. */
  async #flush(record: TransactionRecord): Promise<void> {
    const { messages } = this.#options;
    const relax = messages().hurry();
    try {
      await messages().settle();
      await Promise.all(record.pending);
    } finally {
      relax();
    }
  }

  async #commitFlushed(record: TransactionRecord): Promise<void> {
    const { announcer, life, transactionalId } = this.#options;
    const reply = await this.#end(record, true);
    if (reply.action === "done") return this.#ended(record, { identity: reply.value, outcome: "committed" });
    const { action, error, mayHold } = reply;
    // Were it committed, the coordinator would say so: it has aborted the transaction.
    if (error.errorCode === ErrorCode.INVALID_TXN_STATE) return life.fail(this.#expired(error));
    if (!mayHold && (action !== "stop" || isFencing(error))) return life.fail(error);
    if (!mayHold) throw this.#stop(record, error);
    record.mayBeCommitted = true;
    const unknown = new TransactionError("unknown", error, transactionalId);
    announcer.tell("transactionUndecided", (client) => ({ ...client, ...life.name, error }));
    await this.#settle(record, "unknown");
    if (action === "stop") this.#stop(record, error);
    else this.#decideLater(record);
    throw unknown;
  }

  /** A commit has failed. @throws {KafkaError} always, and says by what. */
  async #rollBack(record: TransactionRecord, failure: KafkaError): Promise<never> {
    const { life, transactionalId } = this.#options;
    // The caller has to know what failed; what keeps the coordinator from aborting changes nothing about that.
    await this.abort(record, failure).catch(() => undefined);
    if (life.state.name === "fatal error") throw life.state.error;
    throw new TransactionError("aborted", record.expired ?? failure, transactionalId);
  }

  /** The coordinator has answered the request to abort. @throws {KafkaError} when that is the end of the producer. */
  async #conclude(record: TransactionRecord, reply: Reply<ProducerIdentity>, error?: KafkaError): Promise<void> {
    const { identity } = record;
    if (reply.action === "done") {
      // A broker knows of a later epoch, and the coordinator takes us for the owner of the id: it has aborted the transaction by itself before.
      if (record.fenced !== undefined) record.expired = this.#expired(record.fenced);
      return this.#ended(record, { identity: reply.value, outcome: "aborted", error: record.expired ?? error });
    }
    // The coordinator has nothing that could be aborted; what is still on its way must not find the next transaction.
    if (reply.action === "abort") {
      record.needsEpoch = true;
      return this.#ended(record, { identity, outcome: "aborted", error });
    }
    const mayBeOurs = isFencing(reply.error) && this.#isOpen(record) && !record.mayBeCommitted;
    const next = mayBeOurs ? await this.#reclaim(identity) : undefined;
    if (next === undefined) throw this.#stop(record, reply.error);
    if (!record.isFencedOff && !next.needsEpoch) record.expired = this.#expired(reply.error);
    await this.#ended(record, { ...next, outcome: "aborted", error: record.expired ?? error ?? reply.error });
  }

  /**
   * Gets the next epoch after the coordinator has aborted the transaction by itself, because its time was over.
   *
   * That is answered like the take-over by another producer. But it leaves the transactional id with exactly the epoch that follows ours, and
   * nobody was given that one: who takes over while a transaction is open gets a later one. So the request to follow *that* epoch succeeds
   * only if nobody took over; the coordinator decides both in one step. Where it does not answer, the next transaction asks again.
   */
  async #reclaim({ producerId, producerEpoch }: ProducerIdentity): Promise<NextIdentity | undefined> {
    const { requests } = this.#options;
    const following = { producerId, producerEpoch: producerEpoch + 1 };
    const reply = await requests.initialize(following, this.#deadline());
    if (reply.action === "stop") return undefined;
    return reply.action === "done"
      ? { identity: reply.value, needsEpoch: false }
      : { identity: following, needsEpoch: true };
  }

  /** Goes on asking the coordinator to abort, until it says that it has, or how the transaction ended. */
  #decideLater(record: TransactionRecord): void {
    this.#options.life.apply({ type: "lost" });
    void this.#settle(record, "aborted");
    const deciding = this.#decide(record).finally(() => {
      if (this.#deciding === deciding) this.#deciding = undefined;
    });
    this.#deciding = deciding;
  }

  // Never rejects: what makes an end of the producer is told to whoever calls it next.
  async #decide(record: TransactionRecord): Promise<void> {
    const reply = await this.#end(record, false, Infinity);
    if (reply.action !== "late") await this.#conclude(record, reply).catch(() => undefined);
  }

  async #end(
    record: TransactionRecord,
    committed: boolean,
    deadline = this.#deadline(),
  ): Promise<Reply<ProducerIdentity>> {
    const { gate, requests } = this.#options;
    const { identity, protocol } = record;
    record.mayBeOpen ||= protocol === "implied" && gate.hasPassed;
    if (!record.mayBeOpen) return { action: "done", value: identity, mayArrive: false, mayHold: false };
    const { end: maxVersion } = newestVersions[protocol];
    const reply = await requests.end(identity, committed, { maxVersion, deadline });
    if (reply.mayArrive) record.needsEpoch = true;
    return reply;
  }

  async #ended(record: TransactionRecord, end: EndOfTransaction): Promise<void> {
    const { announcer, epochs, life } = this.#options;
    const { identity, outcome, error } = end;
    // A new epoch leaves behind whatever is still on its way.
    const isOld = identity === record.identity && (record.needsEpoch || epochs.isCrowded);
    const needsEpoch = end.needsEpoch ?? isOld;
    life.apply({ type: "ended", identity, needsEpoch });
    if (!needsEpoch) epochs.follow(identity);
    if (outcome === "committed") life.tell("transactionCommitted");
    else announcer.tell("transactionAborted", (client) => ({ ...client, ...life.name, ...(error && { error }) }));
    await this.#settle(record, outcome);
  }

  #stop(record: TransactionRecord, error: KafkaError): KafkaError {
    void this.#settle(record, "aborted");
    return this.#options.life.stop(error);
  }

  /**
   * Tells consumers, once, what became of their offsets, and takes those back that go with the transaction, also in partitions whose offsets it did
   * not have; resolves when they stand where they are to go on.
   */
  async #settle(record: TransactionRecord, outcome: TransactionOutcome): Promise<void> {
    const offsets = record.offsets.splice(0);
    const consumers = record.consumers.splice(0);
    await Promise.all(offsets.map(async (one) => one.settle?.(outcome)));
    if (outcome === "aborted") await Promise.all(consumers.map((one) => one.takeBack()));
  }

  /** Whether the coordinator is known to have it open: it has said so, or a broker has taken a batch, which it does only then. */
  #isOpen({ isOpen, protocol, acknowledgedBefore }: TransactionRecord): boolean {
    return isOpen || (protocol === "implied" && this.#options.messages().acknowledged > acknowledgedBefore);
  }

  #expired(cause: KafkaError): KafkaError {
    return expired(this.#options.transactionTimeoutMs, cause);
  }

  #deadline(): number {
    return this.#options.clock.monotonic() + this.#options.maxBlockMs;
  }
}

function partitionsGone(groupId: string): KafkaError {
  const message =
    `The consumer has given up partitions whose offsets the transaction has, so that other members of the group "${groupId}" may own them. ` +
    "What it has read will be read again.";
  return new KafkaError("CLIENT_NOT_ASSIGNED", message, { groupId, retriable: true });
}

function expired(transactionTimeoutMs: number, cause: KafkaError): KafkaError {
  const message =
    `The coordinator has aborted the transaction by itself, because it was open for longer than transactionTimeoutMs, ${transactionTimeoutMs} ms. ` +
    "Do less in one transaction, or raise transactionTimeoutMs.";
  return new KafkaError("CLIENT_TRANSACTION_EXPIRED", message, { cause, retriable: true });
}
