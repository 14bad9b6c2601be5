import { KafkaError, type KafkaErrorFacts } from "@moldau/protocol-codec";
import type { ConnectionState } from "./connection-state.js";
import {
  ClientErrorCode,
  clientClosed,
  connectionClosed,
  connectionFailed,
  messageOf,
  protocolViolation,
  timedOut,
} from "../errors.js";
import type { PendingRequest } from "./pending-request.js";

/** Who is at the other end. */
export interface Peer {
  /** Node id; negative for a seed. */
  readonly node: number;
  /** `host:port`. */
  readonly address: string;
}

/** The broker ended the connection, in whichever state it was; at the first request that usually has one reason. */
export function endedByPeer(
  peer: Peer,
  state: ConnectionState,
  { atFirstRequest, isEncrypted }: { readonly atFirstRequest: boolean; readonly isEncrypted: boolean },
): KafkaError {
  const message = `${named(peer)} closed the connection${stageOf[state.name]}.`;
  if (state.name === "negotiating") {
    const hint = isEncrypted
      ? "Is a Kafka broker listening there, and does it want a certificate of the client, or another one (tls.cert, tls.key)?"
      : "Is a Kafka broker listening there, and is its port encrypted (option tls)?";
    return connectionFailed(`${message} ${hint}`, factsOf(peer));
  }
  if (!isServing(state)) return connectionFailed(message, factsOf(peer));
  return connectionClosed(
    atFirstRequest ? `${message} Does it ask for a login (option sasl)?` : message,
    factsOf(peer),
  );
}

/** The connection was not usable in time. */
export function openingTookTooLong(peer: Peer, state: ConnectionState, timeoutMs: number): KafkaError {
  return connectionFailed(
    `No usable connection to ${named(peer)} within ${timeoutMs} ms: stuck${stageOf[state.name]}.`,
    factsOf(peer),
  );
}

/** What a request gets whose time is over. */
export function requestTimedOut(peer: Peer, request: PendingRequest): KafkaError {
  const what = request.isWritten ? "was not answered" : "could not be written";
  return timedOut(
    `${titled(peer, request)} ${what} within ${request.deadline - request.startedAt} ms.`,
    requestFacts(peer, request),
  );
}

/** Why a connection ends on which a request timed out: its late answer would stand in the way of all others. */
export function closedAfterTimeout(peer: Peer, request: PendingRequest): KafkaError {
  return connectionClosed(
    `The connection to ${named(peer)} was closed because a request on it (${request.api.name}) timed out.`,
    factsOf(peer),
  );
}

/** What a request gets whose connection is over. */
export function requestInterrupted(peer: Peer, request: PendingRequest, reason: KafkaError): KafkaError {
  const facts = { ...requestFacts(peer, request), cause: reason };
  const message = `${titled(peer, request)} ${request.isWritten ? "got no answer" : "was not sent"}: ${reason.message}`;
  if (reason.code === ClientErrorCode.CLOSED) return new KafkaError(ClientErrorCode.CLOSED, message, facts);
  return connectionClosed(message, facts);
}

/** What anything else gets that is asked of a connection that is over. */
export function connectionIsOver(peer: Peer, state: ConnectionState): KafkaError {
  const reason = "error" in state ? state.error : clientClosed("The connection");
  return connectionClosed(`The connection to ${named(peer)} is closed: ${reason.message}`, {
    ...factsOf(peer),
    written: false,
    cause: reason,
  });
}

/** Bytes came that are no answer to anything; `chunk` is what they look like. */
export function unreadable(peer: Peer, error: unknown, chunk: Buffer): KafkaError {
  const path = error instanceof KafkaError && error.path !== undefined ? { path: error.path } : {};
  return protocolViolation(
    `What ${named(peer)} sent cannot be read: ${withoutPeriod(messageOf(error))}.${guess(chunk)}`,
    { ...factsOf(peer), ...path, cause: error },
  );
}

/** A broker answered out of order, or something nobody asked. */
export function outOfOrder(request: PendingRequest | undefined, correlationId: number | undefined): KafkaError {
  const got =
    correlationId === undefined
      ? "a response too short for a correlation id"
      : `a response with correlation id ${correlationId}`;
  return protocolViolation(
    `${got} where ${request ? `${request.correlationId} (${request.api.name}) was due` : "none was due"}`,
  );
}

/** Whether requests are taken in this state. */
export function isServing(state: ConnectionState): boolean {
  return state.name === "ready" || (state.name === "authenticating" && state.again);
}

const stageOf = {
  connecting: " while connecting",
  negotiating: " while asking for the broker's versions",
  authenticating: " while logging in",
  ready: "",
  closing: "",
  closed: "",
} as const;

function named({ node, address }: Peer): string {
  return node < 0 ? `the broker at ${address}` : `broker ${node} (${address})`;
}

function titled(peer: Peer, { api, version }: PendingRequest): string {
  return `${api.name} v${version} to ${named(peer)}`;
}

function factsOf({ node, address }: Peer): KafkaErrorFacts {
  return node < 0 ? { address } : { broker: node, address };
}

function requestFacts(peer: Peer, { api, version, isWritten }: PendingRequest): KafkaErrorFacts {
  return { ...factsOf(peer), apiKey: api.key, apiName: api.name, apiVersion: version, written: isWritten };
}

function withoutPeriod(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

/** Says what a stranger at the other end may be: an encrypted port answers with a TLS alert, a web server with its protocol's name. */
function guess(chunk: Buffer): string {
  if (chunk.length >= 3 && chunk[0] === 0x15 && chunk[1] === 0x03) return " It looks like TLS: set the option tls.";
  return chunk.toString("latin1", 0, 5) === "HTTP/" ? " It looks like a web server." : "";
}
