import { channel } from "node:diagnostics_channel";
import type { ConnectionPurpose } from "./cluster/connection-slots.js";
import type { PendingRequest } from "./connection/pending-request.js";

/** Whose connection an event is about. */
export interface EventOrigin {
  /** The option `clientId`. */
  readonly clientId: string;
  /** Counts the clients that this process has made, from 1: two of them may well have the same `clientId`. */
  readonly clientInstance: number;
  /** Who has the connection to itself, such as `producer` or `consumer of "billing"`; `client` for those that all share. */
  readonly owner: string;
  /** What the connection is for. */
  readonly purpose: ConnectionPurpose;
}

/** A connection was opened, or could not be; published on `moldau:connection:open`. */
export interface ConnectionOpenEvent extends EventOrigin {
  /** Node id of the broker; negative for one of the option `brokers` whose id is not known yet. */
  readonly node: number;
  /** `host:port` of the broker. */
  readonly address: string;
  /** How long it took, login and waiting after earlier failures included, in milliseconds. */
  readonly durationMs: number;
  /** Why it could not be opened. */
  readonly error?: Error;
}

/** A connection ended; published on `moldau:connection:close`. */
export interface ConnectionCloseEvent extends EventOrigin {
  /** Node id of the broker; negative for one of the option `brokers` whose id is not known yet. */
  readonly node: number;
  /** `host:port` of the broker. */
  readonly address: string;
  /** Why it ended; CLIENT_CLOSED when this side wanted it. */
  readonly error: Error;
}

/** A request was answered or failed; published on `moldau:request`. */
export interface RequestEvent extends EventOrigin {
  /** Node id of the broker; negative for one of the option `brokers` whose id is not known yet. */
  readonly node: number;
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** -1 when it was never written. */
  readonly correlationId: number;
  /** From the call to its outcome, in milliseconds. */
  readonly durationMs: number;
  /** Size of the answer without its length prefix; 0 when none came. */
  readonly responseBytes: number;
  /** How long the broker wants this client to hold back, in milliseconds. */
  readonly throttleTimeMs: number;
  /** What the caller got in place of an answer. */
  readonly error?: Error;
}

/** Metadata could not be refreshed in the background; published on `moldau:metadata:error`. The next call that needs it gets the error itself. */
export interface MetadataErrorEvent extends EventOrigin {
  /** The topics that were asked for. */
  readonly topics: readonly string[];
  readonly error: Error;
}

// Nothing is built, and nothing costs, until somebody subscribes: ask `hasSubscribers` before making an event.
/** Carries {@link ConnectionOpenEvent}. */
export const connectionOpenChannel = channel("moldau:connection:open");
/** Carries {@link ConnectionCloseEvent}. */
export const connectionCloseChannel = channel("moldau:connection:close");
/** Carries {@link RequestEvent}. */
export const requestChannel = channel("moldau:request");
/** Carries {@link MetadataErrorEvent}. */
export const metadataErrorChannel = channel("moldau:metadata:error");

/** Which connection a request was made on, and when it ended. */
export interface RequestPlace {
  readonly origin: EventOrigin;
  readonly node: number;
  /** On the monotonic clock. */
  readonly now: number;
}

/** What became of a request. */
export type RequestOutcome = Partial<Pick<RequestEvent, "responseBytes" | "throttleTimeMs" | "error">>;

/** Tells subscribers what became of a request. */
export function publishRequest(
  { origin, node, now }: RequestPlace,
  { api, version, correlationId, startedAt }: PendingRequest,
  outcome: RequestOutcome,
): void {
  requestChannel.publish({
    ...origin,
    node,
    apiKey: api.key,
    apiName: api.name,
    apiVersion: version,
    correlationId,
    durationMs: now - startedAt,
    responseBytes: 0,
    throttleTimeMs: 0,
    ...outcome,
  } satisfies RequestEvent);
}
