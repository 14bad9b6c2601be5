import { KafkaError, type Api, type Fields, type StructIn, type StructOut } from "@moldau/protocol-codec";
import { onAbort } from "../attempts/abort.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import {
  ClientErrorCode,
  clientAborted,
  clientClosed,
  connectionFailed,
  isConnectionFailure,
  messageOf,
  timedOut,
} from "../errors.js";
import { generalKey, type ConnectionPool } from "./pool.js";
import { Backoff } from "../attempts/backoff.js";
import { sleep, waitFor } from "../attempts/wait.js";

/** How long to wait for an operation. */
export interface OperationOptions {
  /** Gives up with CLIENT_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole operation with all its attempts, in milliseconds. Default: the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
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

/** One attempt at a request. */
interface Attempt<Req extends Fields, Res extends Fields> {
  readonly api: Api<Req, Res>;
  readonly body: RequestBody<Req>;
  readonly options: ClusterRequestOptions;
  readonly deadline: number;
}

/** Makes requests on the shared connections, and makes them again on another connection when one fails. */
export class Requester {
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  readonly #closing: AbortSignal;

  /** `closing` fires when the client is closed, and ends every wait. */
  constructor(pool: ConnectionPool, options: ResolvedClusterOptions, closing: AbortSignal) {
    this.#pool = pool;
    this.#options = options;
    this.#closing = closing;
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
    const attempt: Attempt<Req, Res> = { api, body, options, deadline: this.deadlineOf(options) };
    const backoff = new Backoff(this.#options.retry, this.#options.random);
    for (;;) {
      const nodes = options.node === undefined ? this.#pool.candidates() : [options.node];
      try {
        return await this.#inTurn(nodes, attempt);
      } catch (error) {
        if (!this.mayRepeat(error, options)) throw error;
        const waitMs = backoff.next();
        if (this.#options.clock.monotonic() + waitMs >= attempt.deadline) throw error;
        await this.sleep(waitMs, options.signal);
      }
    }
  }

  /**
   * Asks each of the brokers once, until one answers.
   *
   * @throws {KafkaError} when none does; the message has what each of them had to say.
   */
  async once<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: ClusterRequestOptions = {},
  ): Promise<StructOut<Res>> {
    return this.#inTurn(this.#pool.candidates(), { api, body, options, deadline: this.deadlineOf(options) });
  }

  /** Whether a failure is the connection's, and sending the request again does no harm. */
  mayRepeat(error: unknown, { repeatable = true }: ClusterRequestOptions): boolean {
    return isConnectionFailure(error) && (repeatable || error.written === false);
  }

  /** Waits between attempts. @throws {KafkaError} CLIENT_ABORTED when `signal` fires, CLIENT_CLOSED when the client is closed. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    // Not AbortSignal.any: what it makes of a signal that lives as long as the client is never freed on Node 20.
    const stop = new AbortController();
    const forget = [signal, this.#closing].map((source) => onAbort(source, () => stop.abort(signal?.reason)));
    try {
      await sleep(this.#options.clock, ms, stop.signal);
    } catch (error) {
      throw this.#closing.aborted ? clientClosed("The client") : error;
    } finally {
      for (const take of forget) take();
    }
  }

  async #inTurn<Req extends Fields, Res extends Fields>(
    nodes: readonly number[],
    attempt: Attempt<Req, Res>,
  ): Promise<StructOut<Res>> {
    const failures: KafkaError[] = [];
    for (const node of nodes) {
      try {
        return await this.#ask(node, attempt);
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        if (!this.mayRepeat(error, attempt.options) && !concernsOneBroker(error)) throw error;
        failures.push(error);
        if (this.#options.clock.monotonic() >= attempt.deadline) break;
      }
    }
    throw combined(failures, nodes.length);
  }

  async #ask<Req extends Fields, Res extends Fields>(
    node: number,
    { api, body, options, deadline }: Attempt<Req, Res>,
  ): Promise<StructOut<Res>> {
    const { signal, maxVersion } = options;
    if (signal?.aborted === true) throw clientAborted(signal, { written: false });
    const { clock, requestTimeoutMs } = this.#options;
    const late = (): KafkaError =>
      timedOut(`${api.name}: no connection to broker ${node} in time.`, {
        written: false,
        apiKey: api.key,
        apiName: api.name,
      });
    const opening = this.#pool.get(node, generalKey);
    const connection = await waitFor(opening, { clock, signal, timeoutMs: deadline - clock.monotonic(), late });
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
