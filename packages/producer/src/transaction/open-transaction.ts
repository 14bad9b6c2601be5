import { abortedBy, asKafkaError, clientClosed, invalidState } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import type { SendBatchOptions, SendOptions } from "../accept/send-options.js";
import type { SentBatch } from "../send-error.js";
import { readOffsetsToSend, type ConsumerOffsets, type OffsetsOfGroup } from "./offsets-to-send.js";
import { transactionAborted } from "./transaction-life.js";
import type { TransactionRecord } from "./transaction-record.js";
import type { Transactions } from "./transactions.js";
import type { TransactionWork } from "./transaction.js";

/** The producer's calls, as transactions make them. */
export interface CallsOfTransaction<Key, Value> {
  readonly send: (options: SendOptions<Key, Value>) => Promise<readonly SentBatch[]>;
  readonly sendBatch: (options: SendBatchOptions<Key, Value>) => Promise<readonly SentBatch[]>;
}

/** What an open transaction is made with. */
export interface OpenTransactionOptions<Key, Value> extends CallsOfTransaction<Key, Value> {
  readonly transactions: Transactions;
  readonly record: TransactionRecord;
  /** Forbids the commit when it has fired. */
  readonly signal: AbortSignal | undefined;
  /** It has ended: the next one may begin. */
  readonly ended: () => void;
}

/**
 * The calls of one transaction: keeps them in order, and the transaction from being committed when one of them has failed.
 *
 * None of their rejections goes unheard, since the commit repeats them; so they need no handler of their own.
 */
export class OpenTransaction<Key, Value> implements TransactionWork<Key, Value> {
  readonly #options: OpenTransactionOptions<Key, Value>;
  #ending: { readonly how: "commit" | "abort" | "close"; readonly done: Promise<void> } | undefined;
  #ended: () => void = () => undefined;
  /** Resolves when it has ended. */
  readonly over = new Promise<void>((resolve) => (this.#ended = resolve));

  /** What its calls have been refused with, if any was. */
  #refusals: WeakSet<Error> | undefined;

  constructor(options: OpenTransactionOptions<Key, Value>) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#ending === undefined && this.#options.transactions.life.state.name === "in transaction";
  }

  send(options: SendOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#call("send", () => this.#options.send(options));
  }

  sendBatch(options: SendBatchOptions<Key, Value>): Promise<readonly SentBatch[]> {
    return this.#call("sendBatch", () => this.#options.sendBatch(options));
  }

  sendOffsets<Done>(options: ConsumerOffsets<Done> | OffsetsOfGroup): Promise<void> {
    return this.#call("sendOffsets", () => this.#sendOffsets(options));
  }

  async commit(): Promise<void> {
    const { transactions, record, signal } = this.#options;
    if (this.#ending?.how === "close") return this.#closed(this.#ending.done);
    this.#checkNotEnded("commit");
    if (signal?.aborted === true) transactions.fail(record, abortedBy(signal));
    await this.#end("commit", transactions.commit(record));
  }

  async abort(): Promise<void> {
    const { transactions, record } = this.#options;
    if (this.#ending === undefined) return this.#end("abort", transactions.abort(record));
    const { how, done } = this.#ending;
    if (how === "abort") return done;
    if (how === "close") return this.leave();
    const isCommitted = await done.then(
      () => true,
      () => false,
    );
    if (isCommitted)
      throw invalidState("abort: the transaction has been committed already, and nothing undoes that.", {
        written: false,
      });
  }

  async leave(): Promise<void> {
    if (this.#ending === undefined) return this.abort();
    await this.#ending.done.catch(() => undefined);
  }

  /** Commits it, unless the application has ended it by itself; what that came to, comes of this as well. */
  async complete(): Promise<void> {
    await (this.#ending === undefined || this.#ending.how === "close" ? this.commit() : this.#ending.done);
  }

  /**
   * Aborts it, because its body has thrown. Gives what the caller is to hear: what failed of the transaction, if it is that which came out of
   * the body, and otherwise what the body threw.
   */
  async failed(thrown: unknown): Promise<unknown> {
    const { transactions, record } = this.#options;
    const { failure } = transactions.life;
    // The failure of the body is what the caller has to know, not that of the abort.
    await this.leave().catch(() => undefined);
    if (!(thrown instanceof KafkaError) || this.#ending?.how === "commit") return thrown;
    if (failure === undefined && this.#refusals?.has(thrown) !== true) return thrown;
    return transactions.aborted(record, this.#ending?.how === "close" ? closed() : (failure ?? thrown));
  }

  /** Aborts it because the producer is being closed, or waits for its end. Never rejects. */
  async close(): Promise<void> {
    const { transactions, record } = this.#options;
    if (this.#ending === undefined) void this.#end("close", transactions.abort(record, closed()));
    await this.leave();
  }

  /** @throws {TransactionError} always: nobody is to take it for committed. */
  async #closed(aborted: Promise<void>): Promise<never> {
    await aborted.catch(() => undefined);
    throw this.#options.transactions.aborted(this.#options.record, closed());
  }

  async #sendOffsets<Done>(options: ConsumerOffsets<Done> | OffsetsOfGroup): Promise<void> {
    const { transactions, record } = this.#options;
    const sending = transactions.sendOffsets(record, readOffsetsToSend(options));
    const settled = sending.catch(() => undefined).finally(() => record.pending.delete(settled));
    record.pending.add(settled);
    await sending;
  }

  #call<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
    const { transactions, record } = this.#options;
    try {
      this.#checkNotEnded(name);
      this.#checkUsable(name);
    } catch (error) {
      return Promise.reject(this.#noted(error));
    }
    const result = call();
    result.catch((error: unknown) => transactions.fail(record, this.#noted(error)));
    return result;
  }

  #noted(error: unknown): KafkaError {
    const refusal = asKafkaError(error);
    (this.#refusals ??= new WeakSet()).add(refusal);
    return refusal;
  }

  #checkNotEnded(name: string): void {
    if (this.#ending === undefined) return;
    if (this.#ending.how === "close") throw closed();
    // A commit may have come to an abort, or not have come to its end yet.
    throw invalidState(`${name}: the transaction was ended before, by ${this.#ending.how}(); begin another one.`, {
      written: false,
    });
  }

  #checkUsable(name: string): void {
    const { life } = this.#options.transactions;
    life.checkAlive();
    if (life.failure !== undefined) throw transactionAborted(life.failure, `${name}: nothing was sent`);
  }

  #end(how: "commit" | "abort" | "close", done: Promise<void>): Promise<void> {
    this.#ending = { how, done };
    const { ended } = this.#options;
    const over = (): void => {
      this.#ended();
      ended();
    };
    done.then(over, over);
    return done;
  }
}

function closed(): KafkaError {
  return clientClosed("The producer");
}
