import {
  ApiVersions,
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  ErrorCode,
  KafkaError,
} from "@moldau/protocol-codec";
import type { Api, Fields, RequestHeaderView, StructIn, StructOut } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import { errorResponse } from "./error-response.js";
import type { BrokerEvents } from "../events.js";
import type { FaultRules } from "../faults/rules.js";
import { LogError } from "../log/log-error.js";
import type { BrokerNode } from "../cluster/node.js";
import { closeConnection, noResponse, type Outcome } from "./outcome.js";
import { continueLogin, principalOf, refusalOf } from "../security/authentication.js";
import type { Session, SessionAnswer } from "./session.js";

export { closeConnection, noResponse };
export type { Outcome };

/** What a handler knows besides the request: who asks, over which connection, of which broker. */
export interface RequestContext {
  readonly broker: BrokerNode;
  readonly session: Session;
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** The client's address as Kafka prints it in member descriptions: `/127.0.0.1`. */
  readonly clientHost: string;
  /** Who is asking, as Kafka prints it: `User:alice`, `User:ANONYMOUS`. */
  readonly principal: string;
  /** Aborted when the connection is closed: whoever parks a request listens to it. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A number from 0 (included) to 1 (excluded), from the broker's seed. */
  readonly random: () => number;
}

/** Version range that a handler serves, and how it is shown in ApiVersions. */
export interface HandlerVersions {
  readonly min: number;
  readonly max: number;
  /** The oldest version shown in ApiVersions, where it differs from `min` (Produce shows 0, KAFKA-18659). */
  readonly advertisedMin?: number;
}

/** A request that was read and waits for its handler; the types of its bodies are closed over. */
export interface PreparedRequest {
  /** The decoded body, for fault rules and request logs. */
  readonly body: unknown;
  /** Runs the handler. Each call is one execution. */
  apply(context: RequestContext): Promise<Outcome<unknown>>;
  /** The whole response frame for `body`; a body that is none of this API's throws EncodeError. */
  encode(body: unknown): Buffer[];
}

/** One API of the broker: the versions it serves, and how a request of it is read, run and answered. */
export interface Handler {
  readonly key: number;
  readonly name: string;
  readonly versions: HandlerVersions;
  /** Reads a request. Throws DecodeError when the bytes are no request of this API and version. */
  prepare(payload: Buffer, header: RequestHeaderView): PreparedRequest;
}

/**
 * Makes the handler of one API from its message description, the versions served and the function that answers.
 * `answer` must not throw for anything a client can cause: such errors are answers. What it throws closes the connection.
 */
export function handler<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  versions: HandlerVersions,
  answer: (
    request: StructOut<Req>,
    context: RequestContext,
  ) => Promise<Outcome<StructIn<Res>>> | Outcome<StructIn<Res>>,
): Handler {
  return {
    key: api.key,
    name: api.name,
    versions,
    prepare(payload, { apiVersion, correlationId, bodyOffset }) {
      const request = decodeRequest(api, apiVersion, payload, bodyOffset);
      return {
        body: request,
        apply: async (context) => answer(request, context),
        encode: erased((body: StructIn<Res>) => encodeResponse(api, apiVersion, { correlationId }, body)),
      };
    },
  };
}

/**
 * Forgets the parameter type of `encode`. A method's parameter is compared bivariantly, which is what is wanted here: the codec itself
 * checks every field of the body that it is given and throws EncodeError, so a wrong body cannot get onto the wire.
 */
function erased<Body>(encode: (body: Body) => Buffer[]): (body: unknown) => Buffer[] {
  const typed: { call(body: Body): Buffer[] } = { call: encode };
  const open: { call(body: unknown): Buffer[] } = typed;
  return (body) => open.call(body);
}

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions {
  readonly broker: BrokerNode;
  readonly handlers: readonly Handler[];
  readonly faults: FaultRules;
  readonly events: BrokerEvents;
}

/** Brings each frame of a connection to the handler of its API, and the handler's answer back into bytes. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#handlers = new Map(options.handlers.map((entry) => [entry.key, entry]));
  }

  /** Answers one frame. Rejects when the connection has to be closed: the bytes are no request, or one that may not be served. */
  async answer(payload: Buffer, session: Session): Promise<SessionAnswer> {
    const { authentication } = session;
    const { clock } = this.#options.broker;
    if (authentication.kind === "exchanging" && authentication.tokens === "frames")
      return this.#loginFrame(payload, session);
    const header = decodeRequestHeader(payload);
    const refusal = refusalOf(authentication, header.apiKey, clock.monotonic());
    if (refusal !== undefined) throw refused(header, refusal);
    const found = this.#handlers.get(header.apiKey);
    if (found === undefined) throw refused(header, "this broker does not serve that API");
    if (header.apiVersion < found.versions.min || header.apiVersion > found.versions.max)
      return unsupportedVersion(header, found);
    return this.#run(found, payload, header, session);
  }

  async #run(found: Handler, payload: Buffer, header: RequestHeaderView, session: Session): Promise<SessionAnswer> {
    const { broker, events } = this.#options;
    const request = found.prepare(payload, header);
    const context = contextOf(broker, session, header);
    const facts = {
      api: found.name,
      apiVersion: header.apiVersion,
      clientId: header.clientId,
      broker: broker.nodeId,
      connection: session.id,
    };
    events.request({ ...facts, body: request.body });
    const startedMs = context.clock.monotonic();
    const outcome = await this.#outcomeOf(found, request, context);
    if (outcome === noResponse || outcome === closeConnection) {
      events.response({ ...facts, body: undefined, durationMs: context.clock.monotonic() - startedMs });
      return outcome;
    }
    events.response({ ...facts, body: outcome, durationMs: context.clock.monotonic() - startedMs });
    return request.encode(outcome);
  }

  /** A storage that failed under a handler is told to the client as Kafka's error, and reported. */
  async #outcomeOf(found: Handler, request: PreparedRequest, context: RequestContext): Promise<Outcome<unknown>> {
    const { faults, events } = this.#options;
    try {
      return await (faults.isEmpty ? request.apply(context) : faults.run(found, request, context));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      events.error(error);
      return errorResponse(found.name, request.body, error.errorCode);
    }
  }

  /** A token of a login that SaslHandshake 0 began: it has no header, and neither has the answer. */
  async #loginFrame(token: Buffer, session: Session): Promise<SessionAnswer> {
    if (session.authentication.kind !== "exchanging") throw new Error("a login token outside a login");
    const step = await continueLogin(session.authentication, token, this.#options.broker.clock.monotonic());
    session.authentication = step.authentication;
    const size = Buffer.alloc(4);
    size.writeInt32BE(step.challenge.length);
    return [size, step.challenge];
  }
}

function contextOf(broker: BrokerNode, session: Session, { apiVersion, clientId }: RequestHeaderView): RequestContext {
  const { clock, random } = broker;
  const principal = principalOf(session.authentication);
  return {
    broker,
    session,
    apiVersion,
    clientId,
    clientHost: session.clientHost,
    principal,
    signal: session.signal,
    clock,
    random,
  };
}

/**
 * An ApiVersions request of a version that is not served gets the oldest answer, with the range of ApiVersions itself, so that the
 * client can ask again (KIP-511). Every other API ends the connection, as in Apache Kafka.
 */
function unsupportedVersion(header: RequestHeaderView, { key, versions }: Handler): Buffer[] {
  if (key !== ApiVersions.key) throw refused(header, `this broker serves versions ${versions.min} to ${versions.max}`);
  const apiKeys = [{ apiKey: key, minVersion: versions.min, maxVersion: versions.max }];
  const { correlationId } = header;
  return encodeResponse(ApiVersions, 0, { correlationId }, { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys });
}

function refused({ apiKey, apiVersion }: RequestHeaderView, reason: string): KafkaError {
  return new KafkaError(
    "BROKER_REQUEST_REFUSED",
    `a request of API ${apiKey}, version ${apiVersion}, cannot be served: ${reason}`,
    { apiKey, apiVersion },
  );
}
