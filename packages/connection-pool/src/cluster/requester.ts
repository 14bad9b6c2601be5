import { KafkaError, type Api, type Fields, type StructIn, type StructOut } from "@moldau/protocol-codec";
import { attempt, gaveUp, type FailedAttempt } from "../attempts/attempt.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { ClientErrorCode, abortedBy, connectionFailed, isConnectionFailure, messageOf, timedOut } from "../errors.js";
import type { ConnectionPool } from "./pool.js";
import { waitFor } from "../attempts/wait.js";

/** How long to wait for an operation. */
export interface OperationOptions {
  /** Gives up with CLIENT_ABORTED when it fires. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole operation with all its attempts, in milliseconds. Default: the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Is told of every failure after which another attempt is made. Default: nobody is. */
  readonly retrying?: ((failure: FailedAttempt) => void) | undefined;
}

/** How to make a request on the shared connections. */
export interface ClusterRequestOptions extends OperationOptions {
  /** The broker to ask. Default: any. */
  readonly node?: number | undefined;
  /** Newest version to use. Default: the newest that both sides speak. */
  readonly maxVersion?: number | undefined;
  /** Whether to send it again when the connection was lost after it was written, so that it may take effect twice. Default true. */
  readonly repeatable?: boolean | undefined;
}

/** A body, or how to make it once the version is known. */
export type RequestBody<Req extends Fields> = StructIn<Req> | ((version: number) => StructIn<Req>);

/** A request with everything that its attempts have in common. */
interface Question<Req extends Fields, Res extends Fields> {
  readonly api: Api<Req, Res>;
  readonly body: RequestBody<Req>;
  readonly options: ClusterRequestOptions;
  readonly deadline: number;
  /** Why the attempt before this one failed: better than to say only that there was no time for another. */
  readonly last?: KafkaError | undefined;
}

/** Makes requests on the shared connections, and makes them again on another connection when one fails. */
export class Requester {
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  /** Fires when the client is closed, and ends every wait. */
  readonly closing: AbortSignal;

  constructor(pool: ConnectionPool, options: ResolvedClusterOptions, closing: AbortSignal) {
    this.#pool = pool;
    this.#options = options;
    this.closing = closing;
  }

  /** When an operation with these options has to end, in monotonic milliseconds. */
  deadlineOf({ timeoutMs }: OperationOptions): number {
    return this.#options.clock.monotonic() + (timeoutMs ?? this.#options.requestTimeoutMs);
  }

  /**
   * Sends a request until it is answered: to one broker, or to any, each in turn.
   *
   * @throws {KafkaError} the last connection's failure when the time is over; anything else than a connection's failure at once.
   */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: ClusterRequestOptions = {},
  ): Promise<StructOut<Res>> {
    const { node, timeoutMs = this.#options.requestTimeoutMs, signal, retrying } = options;
    const question: Question<Req, Res> = { api, body, options, deadline: this.deadlineOf(options) };
    return attempt((last) => this.#inTurn(this.#nodes(node), { ...question, last }), {
      pace: this.#options,
      signals: [signal, this.closing],
      deadline: question.deadline,
      mayRepeat: (error) => mayRepeat(error, options),
      retrying,
      late: (last) => gaveUp(`${api.name} was not answered within ${timeoutMs} ms`, last),
    });
  }

  /**
   * Asks once: the one broker, or each of them until one answers.
   *
   * @throws {KafkaError} when none does; the message has what each of them had to say.
   */
  async once<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: ClusterRequestOptions = {},
  ): Promise<StructOut<Res>> {
    return this.#inTurn(this.#nodes(options.node), { api, body, options, deadline: this.deadlineOf(options) });
  }

  #nodes(node: number | undefined): readonly number[] {
    return node === undefined ? this.#pool.candidates() : [node];
  }

  async #inTurn<Req extends Fields, Res extends Fields>(
    nodes: readonly number[],
    question: Question<Req, Res>,
  ): Promise<StructOut<Res>> {
    const failures: KafkaError[] = [];
    for (const node of nodes) {
      try {
        return await this.#ask(node, question);
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        if (!mayRepeat(error, question.options) && !concernsOneBroker(error)) throw error;
        failures.push(error);
        if (this.#options.clock.monotonic() >= question.deadline) break;
      }
    }
    throw combined(failures, nodes.length);
  }

  async #ask<Req extends Fields, Res extends Fields>(
    node: number,
    { api, body, options, deadline, last }: Question<Req, Res>,
  ): Promise<StructOut<Res>> {
    const { signal, maxVersion } = options;
    if (signal?.aborted === true) throw abortedBy(signal, { written: false });
    const { clock, requestTimeoutMs } = this.#options;
    const late = (): KafkaError =>
      last ??
      this.#pool.failureOf(node) ??
      timedOut(`${api.name}: no connection to ${node < 0 ? "a seed broker" : `broker ${node}`} in time.`, {
        written: false,
        apiKey: api.key,
        apiName: api.name,
      });
    const opening = this.#pool.general.get(node, "general");
    const patience = Number.isFinite(deadline) ? { timeoutMs: deadline - clock.monotonic() } : {};
    const connection = await waitFor(opening, { clock, signal, ...patience, late });
    const version = connection.versionOf(api, maxVersion === undefined ? {} : { max: maxVersion });
    const timeoutMs = Math.max(1, Math.min(requestTimeoutMs, deadline - clock.monotonic()));
    return connection.request(api, version, isBodyMaker(body) ? body(version) : body, {
      timeoutMs,
      ...(signal ? { signal } : {}),
    });
  }
}

function isBodyMaker<Req extends Fields>(body: RequestBody<Req>): body is (version: number) => StructIn<Req> {
  return typeof body === "function";
}

/** Whether a failure is the connection's, and sending the request again does no harm. */
function mayRepeat(error: KafkaError, { repeatable = true }: ClusterRequestOptions): boolean {
  return isConnectionFailure(error) && (repeatable || error.written === false);
}

/** Whether another broker may do better: one that is misconfigured, older, or no broker at all must not stand for all of them. */
function concernsOneBroker({ code }: KafkaError): boolean {
  const codes: readonly string[] = [
    ClientErrorCode.TLS_FAILED,
    ClientErrorCode.PROTOCOL_VIOLATION,
    "UNSUPPORTED_VERSION",
  ];
  return codes.includes(code);
}

function combined(failures: readonly KafkaError[], tried: number): KafkaError {
  const [first] = failures;
  if (first && failures.length === 1) return first;
  const message = `None of ${tried} brokers answered. ${[...new Set(failures.map(messageOf))].join(" ")}`;
  const facts = { cause: new AggregateError(failures), written: failures.some(({ written }) => written !== false) };
  if (first && failures.every(({ retriable }) => !retriable)) return new KafkaError(first.code, message, facts);
  return connectionFailed(message, facts);
}
