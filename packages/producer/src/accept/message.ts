import { invalidArgument } from "@moldau/connection-pool";
import type { RecordHeaders } from "@moldau/protocol-codec";

/** A key or value as it goes into the log: bytes, text (sent as UTF-8), or null. */
export type Payload = Buffer | string | null;

/** A message to send. */
export interface Message<Key = Payload, Value = Payload> {
  /** Decides the partition, and what log compaction keeps. Default: none. */
  readonly key?: Key | null | undefined;
  /** The content; null is a tombstone, which deletes the key from a compacted topic. */
  readonly value: Value | null;
  /** An object, or pairs where order and duplicates matter: in a list, a Map, or the headers of a message that was received. Default: none. */
  readonly headers?: RecordHeaders | undefined;
  /** The partition to send to, past any partitioner. Default: the partitioner's choice. */
  readonly partition?: number | undefined;
  /** Creation time in milliseconds since 1970. Default: the time of the call. */
  readonly timestamp?: number | undefined;
}

/** A message whose key and value are bytes or text, as a partitioner sees it. */
export type EncodedMessage = Message;

/** The most that a record adds to its key, value and headers: five varints and the attributes. */
const recordOverhead = 31;

/**
 * Looks at every message of a call before any of them is encoded, so that a bad one keeps all of them back.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT with a sentence that says what to write instead.
 */
export function checkMessages(
  topic: string,
  messages: readonly unknown[],
  maxBytes: number,
): asserts messages is readonly EncodedMessage[] {
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    if (!isObject(message))
      throw wrong(topic, index, `must be an object such as { key, value }, not ${kindOf(message)}`);
    const { key, value, headers, partition, timestamp } = message;
    if (typeof value !== "string" && !(value instanceof Buffer)) checkValue(topic, index, value);
    if (key !== undefined && key !== null) {
      if (typeof key !== "string" && !(key instanceof Buffer)) throw wrongPayload(topic, index, "key", key);
    }
    if (partition !== undefined) checkPartition(topic, index, partition);
    if (timestamp !== undefined) checkTimestamp(topic, index, timestamp);
    if (headers !== undefined) checkHeaders(topic, index, headers);
    checkSize(topic, index, message, maxBytes);
  }
}

interface Unchecked {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: unknown;
  readonly partition?: unknown;
  readonly timestamp?: unknown;
}

function isObject(value: unknown): value is Unchecked {
  return typeof value === "object" && value !== null;
}

function checkPartition(topic: string, index: number, partition: unknown): void {
  if (typeof partition === "number" && Number.isInteger(partition) && partition >= 0 && partition <= 0x7fffffff) return;
  throw wrong(topic, index, `has partition ${String(partition)}: give a whole number from 0, or leave it out`);
}

function checkValue(topic: string, index: number, value: unknown): void {
  if (value === null) return;
  if (value === undefined)
    throw wrong(topic, index, "has no value: give a string or a Buffer, or null for a tombstone");
  throw wrongPayload(topic, index, "value", value);
}

function checkTimestamp(topic: string, index: number, timestamp: unknown): void {
  if (typeof timestamp === "number" && Number.isSafeInteger(timestamp) && timestamp >= 0) return;
  throw wrong(
    topic,
    index,
    `has timestamp ${String(timestamp)}: give milliseconds since 1970 as a whole number, or leave it out`,
  );
}

function checkHeaders(topic: string, index: number, headers: unknown): void {
  if (!isObject(headers)) throw wrong(topic, index, `has ${kindOf(headers)} as headers: ${headersWanted}`);
  if (isIterable(headers)) {
    // Headers are read more than once: for their size, and when a batch turns out to be full.
    if (Object.is(headers[Symbol.iterator](), headers))
      throw wrong(topic, index, `has headers that can be read only once: ${headersWanted}`);
    for (const pair of headers) {
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
        throw wrong(topic, index, "has a header list with something else than [name, value] pairs");
      }
      checkHeaderValue(topic, index, pair[0], pair[1]);
    }
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const one of value) checkHeaderValue(topic, index, name, one);
    else checkHeaderValue(topic, index, name, value);
  }
}

const headersWanted = "give an object, or [name, value] pairs in a list, a Map or the headers of another message";

function isIterable(headers: object): headers is Iterable<unknown> {
  return Symbol.iterator in headers;
}

function checkHeaderValue(topic: string, index: number, name: string, value: unknown): void {
  if (value === null || typeof value === "string" || value instanceof Buffer) return;
  throw wrong(
    topic,
    index,
    `has header ${JSON.stringify(name)} with ${kindOf(value)}: give a string, a Buffer or null`,
  );
}

/** Texts are measured exactly only where three bytes a character could be too many. */
function checkSize(topic: string, index: number, message: Unchecked, maxBytes: number): void {
  const { key, value, headers } = message;
  const bound = sizeBound(key) + sizeBound(value) + recordOverhead;
  if (bound <= maxBytes && headers === undefined) return;
  const size = byteSize(key) + byteSize(value) + headerBytes(headers) + recordOverhead;
  if (size <= maxBytes) return;
  throw wrong(
    topic,
    index,
    `takes ${size} bytes, more than the ${maxBytes} that one request may carry: send less, or raise maxRequestSize`,
  );
}

function sizeBound(payload: unknown): number {
  return typeof payload === "string" ? payload.length * 3 : byteSize(payload);
}

function byteSize(payload: unknown): number {
  if (typeof payload === "string") return Buffer.byteLength(payload);
  return payload instanceof Buffer ? payload.length : 0;
}

function headerBytes(headers: unknown): number {
  if (!isObject(headers)) return 0;
  const pairs: Iterable<unknown> = isIterable(headers) ? headers : Object.entries(headers);
  let size = 0;
  for (const pair of pairs) {
    if (!Array.isArray(pair)) continue;
    const values: readonly unknown[] = Array.isArray(pair[1]) ? pair[1] : [pair[1]];
    for (const value of values) size += byteSize(pair[0]) + byteSize(value) + 10;
  }
  return size;
}

function wrongPayload(topic: string, index: number, field: string, value: unknown): Error {
  const advice =
    value instanceof Uint8Array
      ? "wrap it with Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)"
      : "give a string or a Buffer (JSON.stringify makes a string of an object), or set the serialize option";
  return wrong(topic, index, `has ${kindOf(value)} as ${field}: ${advice}`);
}

function wrong(topic: string, index: number, problem: string): Error {
  return invalidArgument(`Nothing was sent to topic ${JSON.stringify(topic)}: message ${index} ${problem}.`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "a Uint8Array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
