import { bodyCopy } from "../network/body-copy.js";
import type { RequestBody, ResponseBody, RoutedRequest } from "../network/handler.js";
import { bodyOf, closeConnection, noResponse, type Outcome } from "../network/outcome.js";
import { refused, type Served } from "../network/pipeline.js";
import { errorCodeOf } from "./error-code.js";

/**
 * A request that a fault rule took, in the interceptor's hands. `Req` and `Res` are the types of its bodies when the rule names its API by
 * the codec's object (`api: Produce`), and unknown when by name.
 *
 * An interceptor that decides nothing lets the request be served as if nobody had looked.
 */
export interface InterceptedRequest<Req = unknown, Res = unknown> {
  /** Kafka's name of the API. */
  readonly api: string;
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** Node id of the broker that got it. */
  readonly broker: number;
  /** Number of the connection that it came by. */
  readonly connection: number;
  /** The decoded request. */
  readonly body: Req;
  /** Aborted when the client closes the connection. */
  readonly signal: AbortSignal;
  /**
   * Lets the broker do what the request asks, and gives the answer without sending it; undefined when the request has no answer (acks 0).
   * Called twice, it is done twice.
   */
  apply(): Promise<Res | undefined>;
  /** Sends `body` instead of the broker's own answer; nothing when the request has no answer. Fields at their default may be left out. */
  respond(body: Res): void;
  /**
   * Answers with an error, by Kafka's name or number, in every place where the answer to this request has one; closes the connection when it
   * has no answer, as Apache Kafka does. Nothing is applied. Throws a RangeError for an error that Kafka does not have.
   */
  fail(error: string | number): void;
  /** Sends no answer and cuts the connection: the only way an answer gets lost over TCP. */
  drop(): void;
  /** Sends no answer and keeps the connection open: the client, and whatever it sent behind this request, waits until it gives up. */
  hang(): void;
  /** Waits on the broker's clock. Rejects when the connection is closed meanwhile. */
  delay(ms: number): Promise<void>;
}

/** What becomes of an intercepted request once the interceptor has returned. */
type Decision =
  | { readonly kind: "serve" }
  | { readonly kind: "respond"; readonly body: ResponseBody }
  | { readonly kind: "fail"; readonly errorCode: number }
  | { readonly kind: "drop" }
  | { readonly kind: "hang" };

/** One request between its arrival and what an interceptor decides about it. */
export class Interception implements InterceptedRequest<RequestBody, ResponseBody> {
  readonly #request: RoutedRequest;
  readonly #next: (request: RoutedRequest) => Served;
  /** What came out of the last {@link Interception.apply}; undefined before the first. */
  #applied: Outcome<ResponseBody> | undefined;
  #decision: Decision = { kind: "serve" };

  constructor(request: RoutedRequest, next: (request: RoutedRequest) => Served) {
    this.#request = request;
    this.#next = next;
  }

  get api(): string {
    return this.#request.handler.api.name;
  }

  get apiVersion(): number {
    return this.#request.context.apiVersion;
  }

  get clientId(): string | null {
    return this.#request.context.clientId;
  }

  get broker(): number {
    return this.#request.context.broker.nodeId;
  }

  get connection(): number {
    return this.#request.context.session.id;
  }

  get body(): RequestBody {
    return this.#request.body;
  }

  get signal(): AbortSignal {
    return this.#request.context.signal;
  }

  async apply(): Promise<ResponseBody | undefined> {
    this.#applied = await this.#next({ ...this.#request, body: bodyCopy(this.body) });
    return bodyOf(this.#applied);
  }

  respond(body: ResponseBody): void {
    if (typeof body !== "object" || body === null)
      throw new RangeError(`respond() takes the body of an answer to ${this.api}, not ${String(body)}`);
    this.#decision = { kind: "respond", body };
  }

  fail(error: string | number): void {
    this.#decision = { kind: "fail", errorCode: errorCodeOf(error) };
  }

  drop(): void {
    this.#decision = { kind: "drop" };
  }

  hang(): void {
    this.#decision = { kind: "hang" };
  }

  async delay(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`delay() takes milliseconds from 0 on, not ${String(ms)}`);
    await this.#request.context.clock.sleep(ms, this.signal);
  }

  /** Carries out what the interceptor decided. */
  async settle(): Served {
    switch (this.#decision.kind) {
      case "respond":
        return this.#decision.body;
      case "fail":
        return refused(this.#request, this.#decision.errorCode);
      case "drop":
        return closeConnection;
      case "hang":
        return hung(this.signal);
      case "serve":
        return this.#applied ?? this.#next({ ...this.#request, body: bodyCopy(this.body) });
    }
  }
}

function hung(signal: AbortSignal): Promise<Outcome<never>> {
  if (signal.aborted) return Promise.resolve(noResponse);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(noResponse), { once: true }));
}
