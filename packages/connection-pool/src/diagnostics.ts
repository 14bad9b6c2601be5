import type { KafkaError } from "@moldau/protocol-codec";
import type { ConnectionPurpose } from "./cluster/connection-slots.js";
import type { PendingRequest } from "./connection/pending-request.js";
import { eventChannel } from "./event-channel.js";

/** Which client an event is about. */
export interface ClientName {
  /** The option `clientId`. */
  readonly clientId: string;
  /** Counts the clients that this process has made, from 1: two of them may well have the same `clientId`. */
  readonly clientInstance: number;
}

/** Whose connection an event is about. */
export interface EventOrigin extends ClientName {
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
  /** Whether it had taken requests; false when it ended while it was being opened. */
  readonly wasOpen: boolean;
  /** How many requests still waited on it; they fail with the same cause, and are made again elsewhere where that is possible. */
  readonly pendingRequests: number;
  /** Why it ended; CLIENT_CLOSED when this side wanted it. */
  readonly error: KafkaError;
}

/** A request was answered or failed; published on `moldau:request`. */
export interface RequestEvent extends EventOrigin {
  /** Node id of the broker; negative for one of the option `brokers` whose id is not known yet. */
  readonly node: number;
  /** `host:port` of the broker. */
  readonly address: string;
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

/** A broker asked this client to hold back, because a quota of its is used up; published on `moldau:throttle`. Requests on the connection wait. */
export interface ThrottleEvent extends EventOrigin {
  /** Node id of the broker; negative for one of the option `brokers` whose id is not known yet. */
  readonly node: number;
  /** `host:port` of the broker. */
  readonly address: string;
  /** The request whose answer said so. */
  readonly apiName: string;
  /** For how long nothing is written to the connection, in milliseconds. */
  readonly throttleTimeMs: number;
}

/** Metadata could not be refreshed in the background; published on `moldau:metadata:error`. The next call that needs it gets the error itself. */
export interface MetadataErrorEvent extends EventOrigin {
  /** The topics that were asked for. */
  readonly topics: readonly string[];
  readonly error: Error;
}

/** Carries {@link ConnectionOpenEvent}. */
export const connectionOpenChannel = eventChannel<ConnectionOpenEvent>("moldau:connection:open");
/** Carries {@link ConnectionCloseEvent}. */
export const connectionCloseChannel = eventChannel<ConnectionCloseEvent>("moldau:connection:close");
/** Carries {@link RequestEvent}. */
export const requestChannel = eventChannel<RequestEvent>("moldau:request");
/** Carries {@link ThrottleEvent}. */
export const throttleChannel = eventChannel<ThrottleEvent>("moldau:throttle");
/** Carries {@link MetadataErrorEvent}. */
export const metadataErrorChannel = eventChannel<MetadataErrorEvent>("moldau:metadata:error");

/** The channels about connections, by name. */
export const connectionChannels = {
  "moldau:connection:open": connectionOpenChannel,
  "moldau:connection:close": connectionCloseChannel,
  "moldau:request": requestChannel,
  "moldau:throttle": throttleChannel,
  "moldau:metadata:error": metadataErrorChannel,
} as const;

/** Which connection a request was made on, and when it ended. */
export interface RequestPlace {
  readonly origin: EventOrigin;
  readonly peer: Pick<RequestEvent, "node" | "address">;
  /** On the monotonic clock. */
  readonly now: number;
}

/** What became of a request. */
export type RequestOutcome = Partial<Pick<RequestEvent, "responseBytes" | "throttleTimeMs" | "error">>;

/** Tells subscribers what became of a request. */
export function publishRequest(
  { origin, peer, now }: RequestPlace,
  { api, version, correlationId, startedAt }: PendingRequest,
  outcome: RequestOutcome,
): void {
  requestChannel.publish({
    ...origin,
    node: peer.node,
    address: peer.address,
    apiKey: api.key,
    apiName: api.name,
    apiVersion: version,
    correlationId,
    durationMs: now - startedAt,
    responseBytes: 0,
    throttleTimeMs: 0,
    ...outcome,
  });
}
