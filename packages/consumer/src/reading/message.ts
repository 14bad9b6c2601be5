import { isUtf8 } from "node:buffer";
import { DecodeError, type RecordCursor } from "@moldau/protocol-codec";
import { BufferView, readHeaders } from "@moldau/protocol-codec/internal";
import { MessageHeaders, noHeaders, type MessageHeader } from "./message-headers.js";

/** What the messages of one record batch have in common. */
export interface MessageSource {
  readonly topic: string;
  readonly partition: number;
  /** Epoch of the leader that took the batch, -1 when unknown. */
  readonly leaderEpoch: number;
  /** What a message's distance is added to. */
  readonly baseOffset: bigint;
  /** The stay of the partition with this consumer during which the message was handed out; commits are checked against it. */
  readonly stay: object;
}

/**
 * A message as received: a small object over the bytes that were fetched. Its key, value and headers are views, made
 * when asked for, and its offset becomes a bigint only then.
 *
 * A message that is kept keeps the whole fetched answer in memory; {@link Message.detach} copies it out.
 */
export class Message {
  readonly #source: MessageSource;
  readonly #offsetDelta: number;
  readonly #timestamp: number;
  readonly #view: BufferView;
  readonly #keyStart: number;
  readonly #keyLength: number;
  readonly #valueStart: number;
  readonly #valueLength: number;
  readonly #headersStart: number;
  readonly #headerCount: number;
  #key: Buffer | null | undefined = undefined;
  #value: Buffer | null | undefined = undefined;

  /** @internal The consumer makes messages, from where the cursor stands. */
  constructor(source: MessageSource, record: MessageRecord) {
    this.#source = source;
    this.#offsetDelta = record.offsetDelta;
    this.#timestamp = record.timestamp;
    this.#view = record.view;
    this.#keyStart = record.keyStart;
    this.#keyLength = record.keyLength;
    this.#valueStart = record.valueStart;
    this.#valueLength = record.valueLength;
    this.#headersStart = record.headersStart;
    this.#headerCount = record.headerCount;
  }

  get topic(): string {
    return this.#source.topic;
  }

  get partition(): number {
    return this.#source.partition;
  }

  /** Position in the partition. */
  get offset(): bigint {
    return this.#source.baseOffset + BigInt(this.#offsetDelta);
  }

  /** Milliseconds since 1970, set by the producer or the broker as the topic is configured; -1 when there is none. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** The key's bytes, null when there is none: a view of what was fetched. */
  get key(): Buffer | null {
    if (this.#key === undefined) this.#key = this.#view.bytes(this.#keyStart, this.#keyLength);
    return this.#key;
  }

  /** The value's bytes, null for a tombstone: a view of what was fetched. */
  get value(): Buffer | null {
    if (this.#value === undefined) this.#value = this.#view.bytes(this.#valueStart, this.#valueLength);
    return this.#value;
  }

  /** The headers, read anew at every call. Throws a DecodeError when they are malformed. */
  get headers(): MessageHeaders {
    if (this.#headerCount === 0) return noHeaders;
    return new MessageHeaders(this.#readHeaders().headers);
  }

  /** Bytes of key and value together; headers are not counted. */
  get byteLength(): number {
    return Math.max(this.#keyLength, 0) + Math.max(this.#valueLength, 0);
  }

  /** Epoch of the leader that took the message, -1 when unknown. */
  get leaderEpoch(): number {
    return this.#source.leaderEpoch;
  }

  /** Copies key, value and headers into a buffer of their own, so that the message can be kept without the rest of what was fetched. */
  detach(): Message {
    const { bytes: headers, count } = this.#headerBytes();
    const keyLength = Math.max(this.#keyLength, 0);
    const valueStart = keyLength;
    const headersStart = valueStart + Math.max(this.#valueLength, 0);
    const buffer = Buffer.allocUnsafeSlow(headersStart + headers.length);
    this.key?.copy(buffer, 0);
    this.value?.copy(buffer, valueStart);
    headers.copy(buffer, headersStart);
    return new Message(this.#source, {
      view: new BufferView(buffer),
      offsetDelta: this.#offsetDelta,
      timestamp: this.#timestamp,
      keyStart: 0,
      keyLength: this.#keyLength,
      valueStart,
      valueLength: this.#valueLength,
      headersStart,
      headerCount: count,
    });
  }

  /** For `JSON.stringify`: the offset as text; bytes as text where they are UTF-8, otherwise as `{ base64 }`. */
  toJSON(): MessageJson {
    return {
      topic: this.topic,
      partition: this.partition,
      offset: String(this.offset),
      timestamp: this.timestamp,
      key: bytesToJson(this.key),
      value: bytesToJson(this.value),
      headers: Array.from(this.headers, ([name, value]) => [name, bytesToJson(value)] as const),
    };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): MessageJson {
    return this.toJSON();
  }

  /** @internal The stay of the partition that the message belongs to. */
  static stayOf(message: Message): object {
    return message.#source.stay;
  }

  #headerBytes(): { readonly bytes: Buffer; readonly count: number } {
    if (this.#headerCount === 0) return { bytes: Buffer.alloc(0), count: 0 };
    const { end } = this.#readHeaders();
    return { bytes: this.#view.buffer.subarray(this.#headersStart, end), count: this.#headerCount };
  }

  #readHeaders(): { readonly headers: MessageHeader[]; readonly end: number } {
    const { buffer } = this.#view;
    const bytes = { buffer, position: this.#headersStart, end: buffer.length };
    try {
      return { headers: readHeaders(bytes, this.#headerCount), end: bytes.position };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { position } = bytes;
      throw new DecodeError(`The headers of the message at offset ${this.offset} are malformed: ${error.message}.`, {
        topic: this.topic,
        partition: this.partition,
        offset: this.offset,
        position,
      });
    }
  }
}

/** Where the parts of a record lie: what a {@link RecordCursor} tells after `next()`. */
export type MessageRecord = Pick<
  RecordCursor,
  | "view"
  | "offsetDelta"
  | "timestamp"
  | "keyStart"
  | "keyLength"
  | "valueStart"
  | "valueLength"
  | "headersStart"
  | "headerCount"
>;

/** Bytes as JSON: their text where they are UTF-8. */
export type BytesJson = string | { readonly base64: string } | null;

/** A message as JSON. */
export interface MessageJson {
  readonly topic: string;
  readonly partition: number;
  /** A bigint as text. */
  readonly offset: string;
  readonly timestamp: number;
  readonly key: BytesJson;
  readonly value: BytesJson;
  readonly headers: readonly (readonly [name: string, value: BytesJson])[];
}

function bytesToJson(bytes: Buffer | null): BytesJson {
  if (bytes === null) return null;
  return isUtf8(bytes) ? bytes.toString("utf8") : { base64: bytes.toString("base64") };
}
