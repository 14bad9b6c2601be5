import { DecodeError } from "../errors.js";

/**
 * A window of bytes being read: `position` moves forward and never passes `end`.
 * Anything with these fields will do: the cursors over records, and the blocks of snappy. Messages are read and written with the methods of
 * `Reader` and `Writer` instead, which know their own buffers.
 */
export interface ByteCursor {
  /** The bytes; only those before `end` are read. */
  readonly buffer: Uint8Array;
  /** Index of the next byte. */
  position: number;
  /** Index after the last byte. */
  readonly end: number;
}

/** Returns how many bytes (1 to 5) an unsigned varint takes; negative numbers count as their 32-bit pattern. */
export function sizeOfUnsignedVarint(value: number): number {
  // 7 bits a byte: the number of leading zeros decides. Times 9363 and shifted by 16 is a division by 7.
  return ((38 - Math.clz32(value | 1)) * 9363) >>> 16;
}

/** Returns how many bytes (1 to 5) a zig-zag varint of an int32 takes. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsignedVarint((value << 1) ^ (value >> 31));
}

/** Returns how many bytes (1 to 10) a zig-zag varlong takes; numbers have to be safe integers. */
export function sizeOfVarlong(value: number | bigint): number {
  if (typeof value === "bigint") return sizeOfUnsigned64(zigZag64(value));
  if (value >= -0x4000_0000 && value < 0x4000_0000) return sizeOfVarint(value);
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  if (rest > Number.MAX_SAFE_INTEGER) return sizeOfUnsigned64(zigZag64(BigInt(value)));
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

/** Writes an unsigned varint and returns the position after it; the caller has made room. */
export function writeUnsignedVarint(target: Uint8Array, position: number, value: number): number {
  if ((value & ~0x7f) !== 0) return writeLongVarint(target, position, value);
  target[position] = value;
  return position + 1;
}

/** Writes an int32 as a zig-zag varint and returns the position after it; the caller has made room. */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  return writeUnsignedVarint(target, position, (value << 1) ^ (value >> 31));
}

/** Writes an int64 as a zig-zag varlong and returns the position after it; numbers have to be safe integers. */
export function writeVarlong(target: Uint8Array, position: number, value: number | bigint): number {
  if (typeof value === "bigint") return writeUnsigned64(target, position, zigZag64(value));
  if (value >= -0x4000_0000 && value < 0x4000_0000) return writeVarint(target, position, value);
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  if (rest > Number.MAX_SAFE_INTEGER) return writeUnsigned64(target, position, zigZag64(BigInt(value)));
  while (rest >= 0x80) {
    target[position++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[position++] = rest;
  return position;
}

/** Reads an unsigned varint (0 to 2^32 - 1); throws DecodeError when it ends early or is wider than 32 bits. */
export function readUnsignedVarint(cursor: ByteCursor): number {
  const { buffer, end } = cursor;
  let result = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (cursor.position >= end) throw endsEarly(cursor);
    const byte = buffer[cursor.position++] ?? 0;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) return result;
  }
  if (cursor.position >= end) throw endsEarly(cursor);
  const fifth = buffer[cursor.position++] ?? 0;
  if (fifth > 0x0f) throw tooWide(cursor, 32);
  return (result | (fifth << 28)) >>> 0;
}

/** Reads a zig-zag varint as an int32; throws DecodeError when it ends early or is wider than 32 bits. */
export function readVarint(cursor: ByteCursor): number {
  // The short forms stand apart, small enough for V8 to put them where they are called.
  const { buffer, position, end } = cursor;
  const first = buffer[position] ?? 0;
  if (first < 0x80 && position < end) {
    cursor.position = position + 1;
    return (first >>> 1) ^ -(first & 1);
  }
  const second = buffer[position + 1] ?? 0;
  if (second < 0x80 && position + 1 < end) {
    cursor.position = position + 2;
    return ((first & 0x7f) >>> 1) ^ (second << 6) ^ -(first & 1);
  }
  return readLongVarint(cursor);
}

/**
 * Reads a zig-zag varlong as a number, rounded to 53 bits beyond the safe integers.
 * Throws DecodeError when it ends early or is wider than 64 bits.
 */
export function readVarlong(cursor: ByteCursor): number {
  const { position, end } = cursor;
  const first = cursor.buffer[position] ?? 0;
  if (first < 0x80 && position < end) {
    cursor.position = position + 1;
    return (first >>> 1) ^ -(first & 1);
  }
  return readLongVarlong(cursor);
}

function readLongVarlong(cursor: ByteCursor): number {
  const low = readSevenBitGroups(cursor, 4);
  const odd = low & 1;
  // The magnitude is the value without its lowest bit, kept in two parts that fit a double exactly.
  let half = (low & 0xfff_ffff) >>> 1;
  if (low < 0) {
    const middle = readSevenBitGroups(cursor, 4);
    half += (middle & 0xfff_ffff) * 2 ** 27;
    if (middle < 0) half += readLastGroups(cursor) * 2 ** 55;
  }
  return odd === 0 ? half : -half - 1;
}

/** Reads a zig-zag varlong exactly; throws DecodeError when it ends early or is wider than 64 bits. */
export function readVarlongExact(cursor: ByteCursor): bigint {
  const low = readSevenBitGroups(cursor, 4);
  let value = BigInt(low & 0xfff_ffff);
  if (low < 0) {
    const middle = readSevenBitGroups(cursor, 4);
    value |= BigInt(middle & 0xfff_ffff) << 28n;
    if (middle < 0) value |= BigInt(readLastGroups(cursor)) << 56n;
  }
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n;
}

function readLongVarint(cursor: ByteCursor): number {
  const value = readUnsignedVarint(cursor);
  return (value >>> 1) ^ -(value & 1);
}

/** Apart, so that the writing of one byte is small enough for V8 to put it where it is called. */
function writeLongVarint(target: Uint8Array, position: number, value: number): number {
  do {
    target[position++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  } while ((value & ~0x7f) !== 0);
  target[position] = value;
  return position + 1;
}

/** Up to four groups of 7 bits; the sign bit of the result says that more follow. */
function readSevenBitGroups(cursor: ByteCursor, groups: number): number {
  let result = 0;
  for (let shift = 0; shift < groups * 7; shift += 7) {
    if (cursor.position >= cursor.end) throw endsEarly(cursor);
    const byte = cursor.buffer[cursor.position++] ?? 0;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) return result;
  }
  return result | 0x8000_0000;
}

/** The ninth and tenth byte: the 8 highest bits of a 64-bit value. */
function readLastGroups(cursor: ByteCursor): number {
  const groups = readSevenBitGroups(cursor, 2);
  if (groups < 0 || groups > 0xff) throw tooWide(cursor, 64);
  return groups;
}

function zigZag64(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

function sizeOfUnsigned64(value: bigint): number {
  let size = 1;
  for (let rest = value >> 7n; rest !== 0n; rest >>= 7n) size++;
  return size;
}

function writeUnsigned64(target: Uint8Array, position: number, value: bigint): number {
  while (value > 0x7fn) {
    target[position++] = Number(value & 0x7fn) | 0x80;
    value >>= 7n;
  }
  target[position++] = Number(value);
  return position;
}

function endsEarly(cursor: ByteCursor): DecodeError {
  return new DecodeError(`A varint ends early at byte ${cursor.position}.`, { position: cursor.position });
}

function tooWide(cursor: ByteCursor, bits: number): DecodeError {
  return new DecodeError(`The varint before byte ${cursor.position} has more than ${bits} bits.`, {
    position: cursor.position,
  });
}
