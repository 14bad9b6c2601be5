import type { Api, Fields, StructIn, StructOut } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { BrokerNode } from "../cluster/node.js";
import type { Access } from "../security/access.js";
import type { Outcome } from "./outcome.js";
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
  /** What the one who asks may do. */
  readonly access: Access;
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

/** Why a request is refused as a whole, and in which version that is to be said. */
export interface Refusal {
  readonly errorCode: number;
  readonly apiVersion: number;
}

/**
 * One API of the broker: the whole of what the broker knows about it. Each file in `handlers/` exports one and opens with its contract.
 *
 * Nothing in it sends, encodes or asks for faults: the stations in `pipeline.ts` call these functions, and the dispatcher alone knows bytes.
 */
export interface Handler<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly api: Api<Req, Res>;
  readonly versions: HandlerVersions;
  /** Whether the client waits for an answer. Absent: always. */
  hasAnswer?(request: StructOut<Req>): boolean;
  /** The answer that has one error in every place where an answer to this request has errors: for each item named, or once for the whole. */
  refuse(request: StructOut<Req>, refusal: Refusal): StructIn<Res>;
  /**
   * The error code with which the whole request is refused to the one who asks, or NONE. Absent: there is no right that the whole request
   * depends on. Rights on single items are a matter of `answer`, which asks the context's `access` for them.
   */
  authorize?(request: StructOut<Req>, context: RequestContext): number;
  /**
   * Does what the request asks. Called once for each execution, with a request whose bytes it may write into: whoever wants to see them
   * afterwards has handed on a copy. Must not throw for anything that a client can cause: such errors are answers. What it throws closes the
   * connection, except for failures of the storage, which are refused.
   */
  answer(request: StructOut<Req>, context: RequestContext): Promise<Outcome<StructIn<Res>>> | Outcome<StructIn<Res>>;
}

/** The decoded body of a request of any API. */
export type RequestBody = StructOut<Fields>;

/** The body of an answer of any API, to encode. */
export type ResponseBody = StructIn<Fields>;

/** A request that was read, with its handler and all that is known of who sent it: what the stations of the pipeline pass on. */
export interface RoutedRequest {
  readonly handler: Handler;
  readonly body: RequestBody;
  readonly context: RequestContext;
}

/**
 * Gives a description the type that all handlers share. Methods compare their parameters both ways, which is what is wanted: the dispatcher
 * hands each handler only what was decoded as its own API, and the codec checks every field of what comes back.
 */
export function handler<Req extends Fields, Res extends Fields>(described: Handler<Req, Res>): Handler {
  return described;
}

/** Whether the client waits for an answer to this request. */
export function isAnswered({ handler, body }: RoutedRequest): boolean {
  return handler.hasAnswer?.(body) ?? true;
}
