import { DecodeError } from "../errors.js";
import { readUnsignedVarint, sizeOfUnsignedVarint, writeUnsignedVarint } from "../wire/varint.js";
import { copyLiterals, copyMatch } from "./block-copies.js";
import { limitExceeded, malformed } from "./codec.js";

/*
 * A snappy block: the uncompressed size as an unsigned varint, then elements whose first byte's low two bits tell the kind:
 *   00  literal: length - 1 in the upper six bits, or 60 to 63 for 1 to 4 more bytes of it; then the bytes
 *   01  copy of 4 to 11 bytes, offset of 11 bits      10  copy of 1 to 64 bytes, offset of 16 bits      11  the same, 32 bits
 */

const hashBits = 14;
/** Positions by hash of four bytes, for inputs up to 64 KB; one for all, as compressing never yields in between. */
const hashTable = new Uint16Array(1 << hashBits);

/** Inputs below this are stored as one literal: there is nothing to gain. */
const smallestInput = 16;

/** Matches end this many bytes before the input does, so that four bytes can always be read. */
const margin = 4;

/** Returns the space that compressing so many bytes can take. */
export function snappyBlockBound(length: number): number {
  return 32 + length + Math.ceil(length / 6);
}

/** Compresses at most 64 KB as one block into `output`, from `position` on, and returns the position after it. */
export function compressSnappyBlock(input: Uint8Array, output: Uint8Array, position: number): number {
  let write = writeUnsignedVarint(output, position, input.length);
  let anchor = 0;
  if (input.length >= smallestInput) {
    hashTable.fill(0);
    const last = input.length - margin;
    let read = 1;
    // The step grows by one every 32 misses, so bytes that do not compress are passed over quickly.
    let misses = 32;
    while (read <= last) {
      const sequence = wordAt(input, read);
      const slot = Math.imul(sequence, 0x1e35a7bd) >>> (32 - hashBits);
      const candidate = hashTable[slot] ?? 0;
      hashTable[slot] = read;
      if (candidate >= read || wordAt(input, candidate) !== sequence) {
        read += misses++ >>> 5;
        continue;
      }
      if (read > anchor) write = writeLiteral(input, anchor, read, output, write);
      const start = read;
      read += 4;
      for (let match = candidate + 4; read < input.length && input[read] === input[match]; match++) read++;
      write = writeCopy(output, write, start - candidate, read - start);
      anchor = read;
      misses = 32;
    }
  }
  return anchor < input.length ? writeLiteral(input, anchor, input.length, output, write) : write;
}

/** Returns the size that a block declares; throws DecodeError when that exceeds what is left of the limit or what the block could ever hold. */
export function snappyBlockSize(input: Uint8Array, limit: number, used = 0): number {
  const size = readSize(input);
  if (size > limit - used) throw limitExceeded("snappy", limit);
  // The densest element is a copy, 64 bytes from three: a larger claim is a lie, found before memory is taken.
  if (size > input.length * 32) throw malformed("snappy", `a block of ${input.length} bytes says it holds ${size}`);
  return size;
}

/** Decompresses a block whose declared size the caller has checked and made room for in `output`, from `start` on. */
export function decompressSnappyBlock(input: Uint8Array, output: Buffer, start: number): number {
  const size = readSize(input);
  const end = start + size;
  let read = sizeOfUnsignedVarint(size);
  let write = start;
  while (read < input.length) {
    const tag = input[read++] ?? 0;
    let length: number;
    if ((tag & 3) === 0) {
      length = tag >>> 2;
      if (length >= 60) {
        const bytes = length - 59;
        if (bytes > input.length - read) throw malformed("snappy", "it ends inside a length");
        length = littleEndian(input, read, bytes);
        read += bytes;
      }
      length++;
      if (length > input.length - read || length > end - write)
        throw malformed("snappy", `a literal of ${length} bytes does not fit`);
      copyLiterals(input, read, length, output, write);
      read += length;
    } else {
      const bytes = (tag & 3) === 3 ? 4 : tag & 3;
      if (bytes > input.length - read) throw malformed("snappy", "it ends inside a copy");
      let offset = littleEndian(input, read, bytes);
      read += bytes;
      length = (tag >>> 2) + 1;
      if (bytes === 1) {
        length = ((tag >>> 2) & 7) + 4;
        offset |= (tag & 0xe0) << 3;
      }
      if (offset === 0 || offset > write - start || length > end - write)
        throw malformed("snappy", `a copy of ${length} bytes, ${offset} back, does not fit`);
      copyMatch(output, write, offset, length);
    }
    write += length;
  }
  if (write !== end) throw malformed("snappy", `it holds ${write - start} bytes and says ${size}`);
  return write;
}

function readSize(input: Uint8Array): number {
  try {
    return readUnsignedVarint({ buffer: input, position: 0, end: input.length });
  } catch (cause) {
    if (cause instanceof DecodeError) throw malformed("snappy", "it does not begin with its size", cause);
    throw cause;
  }
}

function writeLiteral(input: Uint8Array, from: number, to: number, output: Uint8Array, position: number): number {
  const length = to - from;
  const rest = length - 1;
  if (rest < 60) output[position++] = rest << 2;
  else if (rest < 0x100) {
    output[position++] = 60 << 2;
    output[position++] = rest;
  } else {
    output[position++] = 61 << 2;
    output[position++] = rest & 0xff;
    output[position++] = rest >>> 8;
  }
  copyLiterals(input, from, length, output, position);
  return position + length;
}

/** A match longer than 64 bytes takes several copies; the last but one leaves at least 4, the shortest that the short form can say. */
function writeCopy(output: Uint8Array, position: number, offset: number, length: number): number {
  while (length >= 68) {
    position = writeLongCopy(output, position, offset, 64);
    length -= 64;
  }
  if (length > 64) {
    position = writeLongCopy(output, position, offset, 60);
    length -= 60;
  }
  if (length >= 12 || offset >= 2048) return writeLongCopy(output, position, offset, length);
  output[position++] = ((offset >>> 8) << 5) | ((length - 4) << 2) | 1;
  output[position++] = offset & 0xff;
  return position;
}

function writeLongCopy(output: Uint8Array, position: number, offset: number, length: number): number {
  output[position++] = ((length - 1) << 2) | 2;
  output[position++] = offset & 0xff;
  output[position++] = offset >>> 8;
  return position;
}

function littleEndian(input: Uint8Array, position: number, bytes: number): number {
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + (input[position + index] ?? 0);
  return value;
}

function wordAt(input: Uint8Array, position: number): number {
  return (
    (input[position] ?? 0) |
    ((input[position + 1] ?? 0) << 8) |
    ((input[position + 2] ?? 0) << 16) |
    ((input[position + 3] ?? 0) << 24)
  );
}
