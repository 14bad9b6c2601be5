import { BufferView } from "./buffer-view.js";
import { int32At } from "./int32.js";
import { int64At } from "./int64.js";
import { longestString, readUtf8 } from "./utf8.js";
import { Uuid } from "./uuid.js";

/** Why a read failed, before the field's path is known; {@link Reader} throws it, the decoder turns it into a DecodeError. */
export class ReadFailure extends Error {}

/**
 * A cursor over one buffer that reads Kafka's primitives and never passes its end. Every length is checked against the
 * bytes that are left before anything is allocated. Views (`bytes`) share the memory of the buffer.
 */
export class Reader {
  readonly buffer: Buffer;
  /** Where the next read begins. */
  offset: number;
  /** One past the last byte that may be read. */
  readonly end: number;
  /** Made for the first field of bytes; many messages have none. */
  #view: BufferView | undefined;

  constructor(buffer: Buffer, offset = 0, end = buffer.length) {
    this.buffer = buffer;
    this.offset = offset;
    this.end = end;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.end - this.offset;
  }

  /** Steps over `length` bytes and returns where they began; throws when fewer are left. */
  take(length: number): number {
    const start = this.offset;
    if (length > this.end - start) throw new ReadFailure(`${length} bytes wanted, ${this.end - start} left`);
    this.offset = start + length;
    return start;
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0;
  }

  // Put together from bytes: Buffer's own functions check once more what `take` has checked, at half the cost of the whole.

  int8(): number {
    return (this.buffer[this.take(1)]! << 24) >> 24;
  }

  int16(): number {
    const at = this.take(2);
    const { buffer } = this;
    return (((buffer[at]! << 8) | buffer[at + 1]!) << 16) >> 16;
  }

  uint16(): number {
    const at = this.take(2);
    return (this.buffer[at]! << 8) | this.buffer[at + 1]!;
  }

  int32(): number {
    return int32At(this.buffer, this.take(4));
  }

  /** `count` integers of 32 bits; throws when fewer are left, before anything is allocated. */
  int32s(count: number): number[] {
    let offset = this.take(count * 4);
    const { buffer } = this;
    // Most of these are the nodes of a partition: few, and quickest to make when the code says how many.
    if (count === 0) return [];
    if (count === 1) return [int32At(buffer, offset)];
    if (count === 3) return [int32At(buffer, offset), int32At(buffer, offset + 4), int32At(buffer, offset + 8)];
    // Of the right length at once: pushing would make room for 17 first.
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++, offset += 4) values[i] = int32At(buffer, offset);
    return values;
  }

  uint32(): number {
    return int32At(this.buffer, this.take(4)) >>> 0;
  }

  int64(): bigint {
    return int64At(this.buffer, this.take(8));
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  uuid(): Uuid {
    return Uuid.read(this.buffer, this.take(16));
  }

  /** An unsigned varint of at most 5 bytes and 2^32 - 1. */
  uvarint(): number {
    const { buffer, end } = this;
    let offset = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (offset >= end) throw new ReadFailure("the bytes end inside a varint");
      const byte = buffer[offset++] ?? 0;
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.offset = offset;
        return value >>> 0;
      }
    }
    throw new ReadFailure("a varint of more than 32 bits");
  }

  /** Text of `length` bytes. */
  text(length: number): string {
    const start = this.take(length);
    return readUtf8(this.buffer, start, start + length);
  }

  /** A view of `length` bytes, not a copy. */
  bytes(length: number): Buffer {
    const start = this.take(length);
    this.#view ??= new BufferView(this.buffer);
    return this.#view.bytes(start, length)!;
  }

  /** A length as int16: -1 for null, anything below is a failure. */
  length16(): number {
    return this.checkedLength(this.int16());
  }

  /** A length as int32: -1 for null, anything below is a failure. */
  length32(): number {
    return this.checkedLength(this.int32());
  }

  /** A compact length (one more than it says, 0 for null), given as -1 for null or the length. */
  compactLength(): number {
    return this.uvarint() - 1;
  }

  /** The compact length of a string, which no more than an int16 may say either. */
  compactStringLength(): number {
    const length = this.uvarint() - 1;
    if (length > longestString) throw new ReadFailure(`a string of ${length} bytes: at most ${longestString} fit`);
    return length;
  }

  /** Checks that `count` elements of at least `minimumBytes` each can still be in the bytes left, before anything is allocated. */
  checkCount(count: number, minimumBytes: number): void {
    if (count * minimumBytes > this.end - this.offset) {
      throw new ReadFailure(
        `${count} elements of at least ${minimumBytes} bytes wanted, ${this.end - this.offset} bytes left`,
      );
    }
  }

  private checkedLength(length: number): number {
    if (length < -1) throw new ReadFailure(`a length of ${length}`);
    return length;
  }
}
