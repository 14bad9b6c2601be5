import { ClientErrorCode } from "@moldau/connection-pool";
import { KafkaError, type RecordHeaders } from "@moldau/protocol-codec";

/** Bytes, seen in whatever way: a Buffer, a Uint8Array as most encoders give it, or another view of single bytes. */
export type ByteSource = Uint8Array | Uint8ClampedArray | Int8Array | DataView;

/** A key, value or header as it goes into the log: bytes, text (sent as UTF-8), or null. */
export type Payload = ByteSource | string | null;

/** Headers to send: an object (a header repeats by a list of values), or pairs where order and duplicates matter. */
export type HeadersToSend =
  | Readonly<Record<string, Payload | undefined | readonly Payload[]>>
  | Iterable<readonly [name: string, value: Payload]>;

/** A message to send. */
export interface Message<Key = Payload, Value = Payload> {
  /** Decides the partition, and what log compaction keeps. Default: none. */
  readonly key?: Key | null | undefined;
  /** The content; null is a tombstone, which deletes the key from a compacted topic. */
  readonly value: Value | null;
  /** An object, or pairs where order and duplicates matter: in a list, a Map, or the headers of a message that was received. Default: none. */
  readonly headers?: HeadersToSend | undefined;
  /** The partition to send to, past any partitioner. Default: the partitioner's choice. */
  readonly partition?: number | undefined;
  /** Creation time in milliseconds since 1970. Default: the time of the call. */
  readonly timestamp?: number | undefined;
}

/** A message whose key and value are bytes or text, as a partitioner sees it. */
export interface EncodedMessage extends Pick<Message, "partition" | "timestamp"> {
  readonly key?: Buffer | string | null | undefined;
  readonly value: Buffer | string | null;
  readonly headers?: RecordHeaders | undefined;
}

/** The most that a record adds to its key, value and headers: five varints and the attributes. */
const recordOverhead = 31;

/** What messages are checked against, and how errors count them. */
export interface MessageCheck {
  readonly topic: string;
  /** Number of messages that stand before these. */
  readonly indexBase: number;
  /** The most that one may take, with what a record adds to it. */
  readonly maxBytes: number;
}

/**
 * Looks at every message of a call before any of them is encoded, so that a bad one keeps all of them back. Bytes that are no Buffer come
 * back as one, over the same memory.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT with a sentence that says what to write instead.
 */
export function checkMessages(
  messages: readonly unknown[],
  { topic, indexBase, maxBytes }: MessageCheck,
): readonly EncodedMessage[] {
  let hasViews = false;
  let index = indexBase;
  for (const message of messages) {
    if (!isObject(message))
      throw wrong(topic, index, `must be an object such as { key, value }, not ${kindOf(message)}`);
    const { key, value, headers, partition, timestamp } = message;
    if (typeof value !== "string" && !(value instanceof Buffer)) {
      checkValue(topic, index, value);
      if (value !== null) hasViews = true;
    }
    if (key !== undefined && key !== null && typeof key !== "string" && !(key instanceof Buffer)) {
      if (!isByteSource(key)) throw wrongPayload(topic, index, "key", key);
      hasViews = true;
    }
    if (partition !== undefined) checkPartition(topic, index, partition);
    if (timestamp !== undefined) checkTimestamp(topic, index, timestamp);
    if (headers !== undefined) {
      checkHeaders(topic, index, headers);
      if (!hasViews) hasViews = headerPairs(headers).some(([, each]) => !isPlain(each));
    }
    checkSize(topic, index, message, maxBytes);
    index++;
  }
  const isEncoded = (_checked: readonly unknown[]): _checked is readonly EncodedMessage[] => !hasViews;
  return isEncoded(messages) ? messages : messages.map(encoded);
}

/** Bytes of a checked message's key, value and headers. */
export function messageBytes({ key, value, headers }: EncodedMessage): number {
  return byteSize(key) + byteSize(value) + headerBytes(headers);
}

/** Headers as pairs that more can be added to; undefined for what cannot be sent as headers. */
export function openHeaders(headers: unknown): [name: string, value: Payload][] | undefined {
  try {
    if (headers !== undefined) checkHeaders("", 0, headers);
  } catch {
    // The call says what is wrong with them.
    return undefined;
  }
  return headerPairs(headers).flatMap(([name, value]): [string, Payload][] =>
    isPlain(value) || isByteSource(value) ? [[name, value]] : [],
  );
}

/** How a value is shown in a sentence about it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" || typeof value === "bigint" ? String(value) : kindOf(value);
}

/** The same message, with Buffers over what other bytes it has. */
function encoded(message: unknown): EncodedMessage {
  if (!isObject(message)) throw new Error("Only what was checked is encoded.");
  const { key, value, headers, partition, timestamp } = message;
  return {
    key: asPayload(key),
    value: asPayload(value),
    ...(headers === undefined
      ? undefined
      : { headers: headerPairs(headers).map(([name, each]) => [name, asPayload(each)] as const) }),
    ...(typeof partition === "number" ? { partition } : undefined),
    ...(typeof timestamp === "number" ? { timestamp } : undefined),
  };
}

function asPayload(value: unknown): Buffer | string | null {
  if (typeof value === "string" || value instanceof Buffer) return value;
  return isByteSource(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : null;
}

function isPlain(value: unknown): value is Buffer | string | null {
  return value === null || typeof value === "string" || value instanceof Buffer;
}

function isByteSource(value: unknown): value is ByteSource {
  if (!ArrayBuffer.isView(value)) return false;
  return value instanceof DataView || ("BYTES_PER_ELEMENT" in value && value.BYTES_PER_ELEMENT === 1);
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
  throw wrong(topic, index, `has partition ${shown(partition)}: give a whole number from 0, or leave it out`);
}

function checkValue(topic: string, index: number, value: unknown): void {
  if (value === null) return;
  if (value === undefined) throw wrong(topic, index, "has no value: give a string or bytes, or null for a tombstone");
  if (isByteSource(value)) return;
  throw wrongPayload(topic, index, "value", value);
}

function checkTimestamp(topic: string, index: number, timestamp: unknown): void {
  if (typeof timestamp === "number" && Number.isSafeInteger(timestamp) && timestamp >= 0) return;
  throw wrong(
    topic,
    index,
    `has timestamp ${shown(timestamp)}: give milliseconds since 1970 as a whole number, or leave it out`,
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
    else if (value !== undefined) checkHeaderValue(topic, index, name, value);
  }
}

const headersWanted = "give an object, or [name, value] pairs in a list, a Map or the headers of another message";

function isIterable(headers: object): headers is Iterable<unknown> {
  return Symbol.iterator in headers;
}

function checkHeaderValue(topic: string, index: number, name: string, value: unknown): void {
  if (isPlain(value) || isByteSource(value)) return;
  throw wrong(topic, index, `has header ${JSON.stringify(name)} with ${kindOf(value)}: give a string, bytes or null`);
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
    `takes ${size} bytes, more than the ${maxBytes} that one request may carry: send less, or raise maxRequestSize, and max.message.bytes of the topic`,
  );
}

function sizeBound(payload: unknown): number {
  return typeof payload === "string" ? payload.length * 3 : byteSize(payload);
}

function byteSize(payload: unknown): number {
  if (typeof payload === "string") return Buffer.byteLength(payload);
  if (payload instanceof Buffer) return payload.length;
  return ArrayBuffer.isView(payload) ? payload.byteLength : 0;
}

function headerBytes(headers: unknown): number {
  if (headers === undefined) return 0;
  return headerPairs(headers).reduce((sum, [name, value]) => sum + byteSize(name) + byteSize(value) + 10, 0);
}

/** Headers that were checked, as pairs. */
function headerPairs(headers: unknown): (readonly [name: string, value: unknown])[] {
  const pairs: (readonly [string, unknown])[] = [];
  if (!isObject(headers)) return pairs;
  if (isIterable(headers)) {
    for (const pair of headers) if (Array.isArray(pair)) pairs.push([String(pair[0]), pair[1]]);
    return pairs;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const each of value) pairs.push([name, each]);
    else if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

function wrongPayload(topic: string, index: number, field: string, value: unknown): Error {
  const advice = ArrayBuffer.isView(value)
    ? "its elements are more than a byte each, and bytes have no order of their own: give a Uint8Array over them"
    : "give a string or bytes (JSON.stringify makes a string of an object), or set the serialize option";
  return wrong(topic, index, `has ${kindOf(value)} as ${field}: ${advice}`);
}

function wrong(topic: string, index: number, problem: string): Error {
  const message = `Nothing was sent to topic ${JSON.stringify(topic)}: message ${index} ${problem}.`;
  return new KafkaError(ClientErrorCode.INVALID_ARGUMENT, message, { topic, index, written: false });
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (value instanceof Date) return "a Date";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
