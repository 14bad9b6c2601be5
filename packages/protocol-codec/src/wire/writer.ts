import { kindOf } from "../arguments.js";
import { writeInt32At } from "./int32.js";
import { writeInt64At } from "./int64.js";
import { longestString } from "./utf8.js";
import type { Uuid } from "./uuid.js";

/** Why a write failed, before the field's path is known; the encoder turns it into an EncodeError. */
export class WriteFailure extends Error {}

/** Buffers at least this long are handed on by reference; shorter ones are cheaper to copy than to send as one more piece. */
const referenceFrom = 1024;

/** Above this many characters one native call beats a loop over the characters. */
const asciiLoopUpTo = 48;

/**
 * Writes Kafka's primitives into a growing buffer. Long byte fields are referenced instead of copied, so the result is a
 * list of pieces, ready for a vectored write.
 */
export class Writer {
  #buffer: Buffer;
  /** Where the piece under construction begins in `#buffer`. */
  #start = 0;
  #offset = 0;
  #pieces: Buffer[] = [];
  #piecesLength = 0;

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#piecesLength + this.#offset - this.#start;
  }

  /** The pieces in order. The writer is used up: write nothing more. */
  finish(): Buffer[] {
    if (this.#offset > this.#start) this.#cut();
    return this.#pieces;
  }

  /** Everything as one buffer; copies only if there are several pieces. */
  toBuffer(): Buffer {
    const [first, ...rest] = this.finish();
    if (first === undefined) return Buffer.alloc(0);
    return rest.length === 0 ? first : Buffer.concat(this.#pieces);
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") throw new WriteFailure(`a boolean wanted, not ${kindOf(value)}`);
    this.#ensure(1);
    this.#buffer[this.#offset++] = value ? 1 : 0;
  }

  int8(value: number): void {
    checkInteger(value, -0x80, 0x7f);
    this.#ensure(1);
    this.#buffer[this.#offset++] = value;
  }

  int16(value: number): void {
    checkInteger(value, -0x8000, 0x7fff);
    this.#int16(value);
  }

  uint16(value: number): void {
    checkInteger(value, 0, 0xffff);
    this.#int16(value);
  }

  int32(value: number): void {
    checkInteger(value, -0x80000000, 0x7fffffff);
    this.#int32(value);
  }

  uint32(value: number): void {
    checkInteger(value, 0, 0xffffffff);
    this.#int32(value);
  }

  int64(value: bigint): void {
    if (typeof value !== "bigint") throw new WriteFailure(`a bigint wanted, not ${kindOf(value)}`);
    this.#ensure(8);
    if (!writeInt64At(this.#buffer, this.#offset, value)) throw new WriteFailure(`${value} does not fit into 64 bits`);
    this.#offset += 8;
  }

  float64(value: number): void {
    if (typeof value !== "number") throw new WriteFailure(`a number wanted, not ${kindOf(value)}`);
    this.#ensure(8);
    this.#offset = this.#buffer.writeDoubleBE(value, this.#offset);
  }

  uuid(value: Uuid): void {
    if (typeof value?.writeTo !== "function") throw new WriteFailure(`a Uuid wanted, not ${kindOf(value)}`);
    this.#ensure(16);
    value.writeTo(this.#buffer, this.#offset);
    this.#offset += 16;
  }

  /** An unsigned varint, 0 to 2^32 - 1. */
  uvarint(value: number): void {
    this.#ensure(5);
    const buffer = this.#buffer;
    let offset = this.#offset;
    let rest = value;
    while (rest > 0x7f) {
      buffer[offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[offset++] = rest;
    this.#offset = offset;
  }

  /** Text behind its length in bytes, as int16. */
  string(value: string): void {
    this.#string(value, false);
  }

  /** Text behind its length in bytes plus one, as a varint. */
  compactString(value: string): void {
    this.#string(value, true);
  }

  /** Bytes without a length; long ones by reference: they must not change before the pieces were sent. */
  bytes(value: Buffer): void {
    const { length } = value;
    if (length >= referenceFrom) {
      if (this.#offset > this.#start) this.#cut();
      this.#pieces.push(value);
      this.#piecesLength += length;
      return;
    }
    this.#ensure(length);
    value.copy(this.#buffer, this.#offset);
    this.#offset += length;
  }

  #int16(value: number): void {
    this.#ensure(2);
    const offset = this.#offset;
    this.#buffer[offset] = value >>> 8;
    this.#buffer[offset + 1] = value;
    this.#offset = offset + 2;
  }

  #int32(value: number): void {
    this.#ensure(4);
    writeInt32At(this.#buffer, this.#offset, value);
    this.#offset += 4;
  }

  #string(value: string, compact: boolean): void {
    if (typeof value !== "string") throw new WriteFailure(`a string wanted, not ${kindOf(value)}`);
    const { length } = value;
    if (length <= asciiLoopUpTo && this.#asciiString(value, compact)) return;
    const bytes = Buffer.byteLength(value);
    this.#stringLength(bytes, compact);
    this.#ensure(bytes);
    this.#buffer.write(value, this.#offset, bytes, "utf8");
    this.#offset += bytes;
  }

  /** Writes a short string if it is ASCII, and else says false. The length is one byte then, or two, and the upper of those is 0. */
  #asciiString(value: string, compact: boolean): boolean {
    const { length } = value;
    this.#ensure(length + 2);
    const buffer = this.#buffer;
    let offset = this.#offset;
    if (!compact) buffer[offset++] = 0;
    buffer[offset++] = compact ? length + 1 : length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[offset++] = code;
    }
    this.#offset = offset;
    return true;
  }

  #stringLength(bytes: number, compact: boolean): void {
    if (bytes > longestString) throw new WriteFailure(`a string of ${bytes} bytes: at most ${longestString} fit`);
    if (compact) this.uvarint(bytes + 1);
    else this.int16(bytes);
  }

  #cut(): void {
    const piece = this.#buffer.subarray(this.#start, this.#offset);
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
    this.#start = this.#offset;
  }

  #ensure(length: number): void {
    if (this.#offset + length <= this.#buffer.length) return;
    const kept = this.#offset - this.#start;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, kept + length));
    this.#buffer.copy(grown, 0, this.#start, this.#offset);
    this.#buffer = grown;
    this.#start = 0;
    this.#offset = kept;
  }
}

function checkInteger(value: number, minimum: number, maximum: number): void {
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new WriteFailure(`an integer wanted, not ${kindOf(value)}`);
  if (value < minimum || value > maximum) throw new WriteFailure(`${value} is not in ${minimum}..${maximum}`);
}
