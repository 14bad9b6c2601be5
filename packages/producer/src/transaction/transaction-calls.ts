import { abortedBy, invalidArgument, OptionReader, timedOut, waitFor, type Clock } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { invalidState, OpenTransaction, type CallsOfTransaction } from "./open-transaction.js";
import { TransactionLine } from "./transaction-line.js";
import { Transaction } from "./transaction.js";
import type { Transactions } from "./transactions.js";

/** How a transaction is begun. */
export interface TransactionOptions {
  /**
   * Gives up waiting for the turn or for the coordinator, with CLIENT_ABORTED; of a transaction that is open by then, it forbids the commit when
   * its body returns. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

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
  readonly transactions: Transactions;
  /** @throws {KafkaError} CLIENT_CLOSED once the producer is being closed. */
  readonly checkOpen: () => void;
}

/** The calls of a producer that begin transactions: one has its turn at a time. */
export class TransactionCalls<Key, Value> {
  readonly #options: TransactionCallsOptions<Key, Value>;
  readonly #line = new TransactionLine();
  #current: OpenTransaction<Key, Value> | undefined;

  constructor(options: TransactionCallsOptions<Key, Value>) {
    this.#options = options;
  }

  /** Makes a transaction of what `body` sends; the caller has to have waited for its result before it begins another one. */
  async run<Result>(
    body: (tx: Transaction<Key, Value>) => Result | Promise<Result>,
    options: TransactionOptions,
  ): Promise<Result> {
    if (typeof body !== "function")
      throw invalidArgument("transaction: expected a function, such as async (tx) => { … }.");
    const { signal } = readOptions("transaction", options);
    const open = await this.#begin(signal);
    let result: Result;
    try {
      result = await body(new Transaction(open));
      if (signal?.aborted === true) throw abortedBy(signal);
    } catch (error) {
      throw await open.failed(error);
    }
    await open.complete();
    return result;
  }

  /** Begins one that the caller ends. */
  async begin(options: TransactionOptions): Promise<Transaction<Key, Value>> {
    const { signal } = readOptions("beginTransaction", options);
    if (this.#line.isFree) return new Transaction(await this.#begin(signal));
    throw invalidState(
      "beginTransaction: a transaction of this producer is open, or being ended; wait for its commit or abort, or use producer.transaction(…), " +
        "which waits. For transactions at the same time, make a producer with another transactionalId for each.",
    );
  }

  /** Takes the transactional id from older producers. */
  async fence(options: TransactionOptions): Promise<void> {
    await this.#options.transactions.initialize(readOptions("fence", options));
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

  async #begin(signal: AbortSignal | undefined): Promise<OpenTransaction<Key, Value>> {
    const { checkOpen, transactions, send, sendBatch } = this.#options;
    const release = await this.#line.enter(signal);
    const ended = (): void => {
      this.#current = undefined;
      release();
    };
    try {
      checkOpen();
      const record = await transactions.begin({ signal, checkOpen });
      this.#current = new OpenTransaction({ transactions, record, send, sendBatch, ended });
      return this.#current;
    } catch (error) {
      release();
      throw error;
    }
  }
}

function readOptions(name: string, options: TransactionOptions): TransactionOptions {
  const read = new OptionReader<TransactionOptions>(`${name} options`, options);
  const signal = read.signal("signal");
  read.done();
  return { signal };
}
