import { DecodeError } from "@moldau/protocol-codec";

/** One header: its name, and its value's bytes or null. */
export type MessageHeader = readonly [name: string, value: Buffer | null];

/**
 * The headers of a message, in the order they were written, repetitions kept. Values are views of the fetched bytes.
 *
 *     message.headers.get("trace")?.toString();
 *     for (const [name, value] of message.headers) …
 */
export class MessageHeaders implements Iterable<MessageHeader> {
  readonly #entries: readonly MessageHeader[];

  constructor(entries: readonly MessageHeader[]) {
    this.#entries = entries;
  }

  /** How many there are, repetitions counted. */
  get size(): number {
    return this.#entries.length;
  }

  /** The value of the last header of this name, as Kafka's `lastHeader`; undefined when there is none. */
  get(name: string): Buffer | null | undefined {
    return this.#entries.findLast(([each]) => each === name)?.[1];
  }

  /** The values of all headers of this name, in order. */
  getAll(name: string): (Buffer | null)[] {
    return this.#entries.filter(([each]) => each === name).map(([, value]) => value);
  }

  /** Whether there is a header of this name. */
  has(name: string): boolean {
    return this.#entries.some(([each]) => each === name);
  }

  [Symbol.iterator](): IterableIterator<MessageHeader> {
    return this.#entries[Symbol.iterator]();
  }
}

/** The headers of a message that has none. */
export const noHeaders: MessageHeaders = new MessageHeaders([]);

/** Reads `count` headers as they stand in a record. Throws a DecodeError when the bytes are not headers. */
export function readHeaders(
  buffer: Buffer,
  start: number,
  count: number,
): { readonly headers: MessageHeaders; readonly end: number } {
  const reader = new HeaderReader(buffer, start);
  const entries: MessageHeader[] = [];
  for (let index = 0; index < count; index++) {
    const name = reader.bytes();
    if (name === null) throw new DecodeError(`Header ${index} of a record has no name.`, { position: reader.position });
    entries.push([name.toString("utf8"), reader.bytes()]);
  }
  return { headers: new MessageHeaders(entries), end: reader.position };
}

class HeaderReader {
  readonly #buffer: Buffer;
  position: number;

  constructor(buffer: Buffer, start: number) {
    this.#buffer = buffer;
    this.position = start;
  }

  bytes(): Buffer | null {
    const length = this.#varint();
    if (length === -1) return null;
    const start = this.position;
    if (length < 0 || length > this.#buffer.length - start)
      throw new DecodeError(`A header's length is ${length} at byte ${start}.`, { position: start });
    this.position = start + length;
    return this.#buffer.subarray(start, this.position);
  }

  /** A zig-zag varint of up to five bytes. */
  #varint(): number {
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.position++];
      if (byte === undefined) break;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new DecodeError(`A header's length ends early at byte ${this.position}.`, { position: this.position });
  }
}
