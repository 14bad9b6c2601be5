import { because, clientClosed } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";
import type { ProducerAnnouncer, TransactionName } from "../events.js";
import { fencedOff, isFencing } from "./fencing.js";
import type { MessagesOfTransaction } from "./messages-of-transaction.js";
import { initialState, transition, type TransactionEvent, type TransactionState } from "./transaction-state.js";

/** What the life of a producer's transactions needs. */
export interface TransactionLifeOptions {
  readonly transactionalId: string;
  readonly announcer: ProducerAnnouncer;
  readonly messages: () => MessagesOfTransaction;
}

/** Where a producer stands with its transactions, and what follows at once from a failure: nothing more of the transaction is sent. */
export class TransactionLife {
  readonly #options: TransactionLifeOptions;
  readonly #closed = new AbortController();
  #state: TransactionState = initialState;

  constructor(options: TransactionLifeOptions) {
    this.#options = options;
  }

  /** Fires when the producer is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get state(): TransactionState {
    return this.#state;
  }

  /** Why the open transaction can only be aborted, if that is so. */
  get failure(): KafkaError | undefined {
    return this.#state.name === "abortable error" ? this.#state.error : undefined;
  }

  /** The identity that the state has. */
  get identity(): ProducerIdentity {
    if ("identity" in this.#state) return this.#state.identity;
    throw new Error(`A producer has no identity while its transactions are in the state "${this.#state.name}".`);
  }

  /** @throws {KafkaError} what has made an end of the producer, always the same; CLIENT_CLOSED. */
  checkAlive(): void {
    if (this.#state.name === "fatal error") throw this.#state.error;
    if (this.closed.aborted) throw clientClosed("The producer");
  }

  /** Takes note of what happens. */
  apply(event: TransactionEvent): void {
    this.#state = transition(this.#state, event);
  }

  /**
   * Something of the open transaction has failed, so that it can only be aborted: what was not sent fails as well, by `dropped`, which says of
   * the failure of something else what it means for the rest.
   */
  fail(error: KafkaError, dropped: KafkaError = transactionAborted(error)): void {
    const hadFailed = this.failure !== undefined;
    this.apply({ type: "fail", error });
    if (!hadFailed && this.failure !== undefined) void this.#options.messages().drop(dropped);
  }

  /** The producer is of no use any more. Gives the error that every later call gets. */
  stop(reason: KafkaError): KafkaError {
    if (this.#state.name === "fatal error") return this.#state.error;
    const { announcer, transactionalId } = this.#options;
    const error = isFencing(reason) ? fencedOff(transactionalId, reason) : reason;
    this.apply({ type: "stop", error });
    void this.#options.messages().drop(error);
    announcer.tell("transactionsStopped", (client) => ({ ...client, transactionalId, error }));
    return error;
  }

  /** Tells an event that has no facts but its name. */
  tell(name: "transactionBegun" | "transactionCommitted"): void {
    this.#options.announcer.tell(name, (client) => ({ ...client, ...this.name }));
  }

  /** Ends what is under way. */
  close(): void {
    this.#closed.abort(clientClosed("The producer"));
  }

  /** What events say of whose transaction it is. */
  get name(): TransactionName {
    return { transactionalId: this.#options.transactionalId };
  }
}

/** What a send or a request gets that comes to nothing because the transaction is aborted; `what` has become of it. */
export function transactionAborted(
  cause: KafkaError | undefined,
  what = "What was not sent yet was dropped",
): KafkaError {
  const message = because(`${what}, because the transaction is aborted`, cause);
  return new KafkaError("CLIENT_TRANSACTION_ABORTED", message, { cause, written: false });
}
