import { invalidArgument, invalidState, OptionReader, timedOut, waitFor, type Clock } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { OpenTransaction, type CallsOfTransaction } from "./open-transaction.js";
import { TransactionLine } from "./transaction-line.js";
import {
  readTransactionOptions,
  type ResolvedTransactionOptions,
  type TransactionOptions,
} from "./transaction-options.js";
import { Transaction } from "./transaction.js";
import type { Transactions } from "./transactions.js";

/** How long a producer that is being closed waits for the transaction that is open. */
export interface TransactionPatience {
  /** In milliseconds. */
  readonly timeoutMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal | undefined;
}

/** What the calls are made with. */
export interface TransactionCallsOptions<Key, Value> extends CallsOfTransaction<Key, Value> {
  readonly clock: Clock;
  /** How long a call waits for its turn while no transaction ends, in milliseconds. */
  readonly maxBlockMs: number;
  readonly transactions: Transactions;
  /** @throws {KafkaError} CLIENT_CLOSED once the producer is being closed. */
  readonly checkOpen: () => void;
}

/** The calls of a producer that begin transactions: one has its turn at a time. */
export class TransactionCalls<Key, Value> {
  readonly #options: TransactionCallsOptions<Key, Value>;
  readonly #line: TransactionLine;
  #current: OpenTransaction<Key, Value> | undefined;

  constructor(options: TransactionCallsOptions<Key, Value>) {
    this.#options = options;
    this.#line = new TransactionLine(options);
  }

  /** Makes a transaction of what `body` sends; the caller has to have waited for its result before it begins another one. */
  async run<Result>(
    body: (tx: Transaction<Key, Value>) => Result | Promise<Result>,
    options: TransactionOptions,
  ): Promise<Result> {
    if (typeof body !== "function")
      throw invalidArgument("transaction: expected a function, such as async (tx) => { … }.");
    const resolved = readTransactionOptions("transaction", options);
    const open = await this.#begin(resolved);
    let result: Result;
    try {
      result = await body(new Transaction(open));
    } catch (error) {
      throw await open.failed(error);
    }
    await open.complete();
    return result;
  }

  /** Begins one that the caller ends. */
  async begin(options: TransactionOptions): Promise<Transaction<Key, Value>> {
    const resolved = readTransactionOptions("beginTransaction", options);
    if (this.#line.isFree) return new Transaction(await this.#begin(resolved));
    throw invalidState(
      "beginTransaction: a transaction of this producer is open, or being ended; wait for its commit or abort, or use producer.transaction(…), " +
        "which waits. For transactions at the same time, make a producer with another transactionalId for each.",
      { written: false },
    );
  }

  /** Takes the transactional id from older producers. */
  async fence(options: Pick<TransactionOptions, "signal">): Promise<void> {
    const read = new OptionReader<Pick<TransactionOptions, "signal">>("fence options", options);
    const signal = read.signal("signal");
    read.done();
    await this.#options.transactions.initialize({ signal });
  }

  /** Waits until the transaction that is open has ended by itself, and aborts it when its time is over. Never rejects. */
  async close({ timeoutMs, signal }: TransactionPatience): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    const { clock } = this.#options;
    const late = (): KafkaError => timedOut("The transaction has not ended by itself.");
    await waitFor(current.over, { clock, timeoutMs, signal, late }).catch(() => undefined);
    await current.close();
  }

  /** Aborts the transaction that is open, with whatever is possible at once. */
  giveUp(): void {
    void this.#current?.close();
  }

  async #begin(options: ResolvedTransactionOptions): Promise<OpenTransaction<Key, Value>> {
    try {
      return await this.#inTurn(options);
    } catch (error) {
      // Of what its messages were to be made from, nothing was.
      await Promise.all(options.consumers.map((one) => one.takeBack()));
      throw error;
    }
  }

  async #inTurn({ signal, consumers }: ResolvedTransactionOptions): Promise<OpenTransaction<Key, Value>> {
    const { checkOpen, transactions, send, sendBatch } = this.#options;
    const release = await this.#line.enter(signal);
    const ended = (): void => {
      this.#current = undefined;
      release();
    };
    try {
      checkOpen();
      const record = await transactions.begin({ signal, checkOpen });
      record.consumers.push(...consumers);
      this.#current = new OpenTransaction({ transactions, record, signal, send, sendBatch, ended });
      return this.#current;
    } catch (error) {
      release();
      throw error;
    }
  }
}
