import { decodeRequest, encodeResponse } from "@moldau/protocol-codec";
import type { Api, Fields, StructIn, StructOut } from "@moldau/protocol-codec";
import type { Clock } from "./clock.js";
import type { BrokerNode } from "./node.js";
import type { Session } from "./session.js";

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

/** What a handler returns when no answer goes out: a Produce with acks 0 that succeeded. */
export const noResponse: unique symbol = Symbol("no response");
/** See {@link noResponse}. */
export type NoResponse = typeof noResponse;

/** What a handler returns when the connection is to be closed instead of an answer: a Produce with acks 0 that failed. */
export const closeConnection: unique symbol = Symbol("close connection");
/** See {@link closeConnection}. */
export type CloseConnection = typeof closeConnection;

/** What comes out of a handler: an answer's body, or one of the two ways of not answering. */
export type Outcome<Body> = Body | NoResponse | CloseConnection;

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
  /** The whole response frame for `body`, which must be a body of this API: one that `apply` returned, or a test's own. */
  encode(body: unknown): Buffer[];
}

/** One API of the broker: the versions it serves, and how a request of it is read, run and answered. */
export interface Handler {
  readonly key: number;
  readonly name: string;
  readonly versions: HandlerVersions;
  /** Reads a request. Throws DecodeError when the bytes are no request of this API and version. */
  prepare(payload: Buffer, header: { readonly apiVersion: number; readonly correlationId: number; readonly bodyOffset: number }): PreparedRequest;
}

/**
 * Makes the handler of one API from its message description, the versions served and the function that answers.
 * `answer` must not throw for anything a client can cause: such errors are answers. What it throws closes the connection.
 */
export function handler<Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  versions: HandlerVersions,
  answer: (request: StructOut<Req>, context: RequestContext) => Promise<Outcome<StructIn<Res>>> | Outcome<StructIn<Res>>,
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
        encode: erased((body: StructIn<Res>) => encodeResponse(api, apiVersion, correlationId, body)),
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
