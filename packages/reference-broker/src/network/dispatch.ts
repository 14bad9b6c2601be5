import {
  apiByKey,
  ApiVersions,
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  ErrorCode,
  KafkaError,
} from "@moldau/protocol-codec";
import type { RequestHeaderView } from "@moldau/protocol-codec";
import type { BrokerNode } from "../cluster/node.js";
import type { AccessOf } from "../security/access.js";
import { principalOf, refusalOf } from "../security/authentication.js";
import type { Handler, RequestContext, RoutedRequest } from "./handler.js";
import { takeLoginToken } from "./login.js";
import { closeConnection, noResponse } from "./outcome.js";
import { requestPipeline, type PipelineParts, type Served } from "./pipeline.js";
import type { Session, SessionAnswer } from "./session.js";

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions extends PipelineParts {
  readonly broker: BrokerNode;
  readonly handlers: readonly Handler[];
  readonly accessOf: AccessOf;
}

/** Brings each frame of a connection to the handler of its API, and what becomes of it back into bytes. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #serve: (request: RoutedRequest) => Served;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#handlers = new Map(options.handlers.map((entry) => [entry.api.key, entry]));
    this.#serve = requestPipeline(options);
  }

  /** Answers one frame. Rejects when the connection has to be closed: the bytes are no request, or one that may not be served. */
  async answer(payload: Buffer, session: Session): Promise<SessionAnswer> {
    const { authentication } = session;
    const { clock } = this.#options.broker;
    if (authentication.kind === "exchanging" && authentication.tokens === "frames")
      return this.#loginFrame(payload, session);
    const header = decodeRequestHeader(payload);
    const refusal = refusalOf(authentication, header.apiKey, clock.monotonic());
    if (refusal !== undefined) throw unserved(header, refusal);
    const found = this.#handlers.get(header.apiKey);
    if (found === undefined) throw unserved(header, "this broker does not serve that API");
    if (header.apiVersion < found.versions.min || header.apiVersion > found.versions.max)
      return unsupportedVersion(header, found);
    return this.#run(found, payload, header, session);
  }

  async #run(handler: Handler, payload: Buffer, header: RequestHeaderView, session: Session): Promise<SessionAnswer> {
    const { apiVersion, correlationId, bodyOffset } = header;
    const body = decodeRequest(handler.api, apiVersion, payload, { bodyOffset, trailingBytes: "ignore" });
    const outcome = await this.#serve({ handler, body, context: this.#contextOf(session, header) });
    if (outcome === noResponse || outcome === closeConnection) return outcome;
    return encodeResponse(handler.api, apiVersion, { correlationId }, outcome);
  }

  #contextOf(session: Session, { apiVersion, clientId }: RequestHeaderView): RequestContext {
    const { broker, accessOf } = this.#options;
    const { clock, random } = broker;
    const { clientHost, signal } = session;
    const principal = principalOf(session.authentication);
    const access = accessOf(principal, clientHost);
    return { broker, session, apiVersion, clientId, clientHost, principal, access, signal, clock, random };
  }

  /** A token of a login that SaslHandshake 0 began: it has no header, and neither has the answer. */
  async #loginFrame(token: Buffer, session: Session): Promise<SessionAnswer> {
    const step = await takeLoginToken(session, token, this.#options.broker);
    const size = Buffer.alloc(4);
    size.writeInt32BE(step.challenge.length);
    return [size, step.challenge];
  }
}

/**
 * An ApiVersions request of a version that is not served gets the oldest answer, with the range of ApiVersions itself, so that the
 * client can ask again (KIP-511). Every other API ends the connection, as in Apache Kafka.
 */
function unsupportedVersion(header: RequestHeaderView, { api, versions }: Handler): Buffer[] {
  if (api.key !== ApiVersions.key)
    throw unserved(header, `this broker serves versions ${versions.min} to ${versions.max}`);
  const apiKeys = [{ apiKey: api.key, minVersion: versions.min, maxVersion: versions.max }];
  const { correlationId } = header;
  return encodeResponse(ApiVersions, 0, { correlationId }, { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys });
}

function unserved({ apiKey, apiVersion }: RequestHeaderView, reason: string): KafkaError {
  return new KafkaError(
    "BROKER_REQUEST_REFUSED",
    `${apiByKey(apiKey)?.name ?? `a request of API ${apiKey}`}, version ${apiVersion}, cannot be served: ${reason}`,
    { apiKey, apiVersion },
  );
}
