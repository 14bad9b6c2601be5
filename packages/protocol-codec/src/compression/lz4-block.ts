import lz4js from "lz4js";
import { copyLiterals, copyMatch } from "./block-copies.js";
import { malformed } from "./codec.js";

/*
 * An LZ4 block is a row of sequences:   token │ more literal length │ literals │ offset │ more match length
 *                                       4+4   │ bytes of 255 … rest │          │ uint16 │ bytes of 255 … rest
 * The last sequence has literals only.
 *
 * Compression is lz4js's. Decompression is our own, because lz4js's has no bounds: a malformed block of a few bytes makes it
 * allocate and loop as it pleases.
 */

/** Shortest match that a sequence can say. */
const minMatch = 4;

/** lz4js ends matches 5 bytes before the end, but lets the last one begin 10 before it; the format says 12. */
const missingMargin = 2;

/** Positions by hash of four bytes. One table for all, as lz4js's functions do not run at once; cleared before every block. */
const hashTable = new Uint32Array(1 << 16);

/** Returns the space that compressing so many bytes can take. */
export function lz4BlockBound(length: number): number {
  return length + Math.ceil(length / 255) + 16 + missingMargin;
}

/**
 * Compresses `input` as one independent block into `output` and returns its size, or 0 when that would not be smaller.
 *
 * liblz4 refuses a block whose last match begins less than 12 bytes before the end, so lz4js gets the input less two bytes,
 * and those are added to the literals that end every block.
 */
export function compressLz4Block(input: Uint8Array, output: Uint8Array): number {
  const covered = input.length - missingMargin;
  if (covered < minMatch) return 0;
  // Positions left over from another block would make this one refer back into it.
  hashTable.fill(0);
  const size = lz4js.compressBlock(input, output, 0, covered, hashTable);
  if (size <= 0 || size + missingMargin + 1 >= input.length) return 0;
  return extendLastLiterals(output, size, input.subarray(covered));
}

/**
 * Decompresses a block into `output` from `start` and returns the position after what it wrote, or -1 when it has more than fits.
 *
 * A match may reach back to `window` (the beginning of the block or of the frame) and nothing is written from `end` on. Throws
 * DecodeError for lengths and offsets that no block can have, however much room there is.
 */
export function decompressLz4Block(
  input: Uint8Array,
  output: Buffer,
  { window, start, end }: { window: number; start: number; end: number },
): number {
  let read = 0;
  let write = start;
  while (read < input.length) {
    const token = input[read++] ?? 0;
    let literals = token >>> 4;
    if (literals === 15) {
      let byte: number;
      do {
        byte = input[read++] ?? -1;
        literals += byte;
      } while (byte === 255);
      if (byte < 0) throw malformed("lz4", "a block ends inside a length");
    }
    if (literals > input.length - read) throw malformed("lz4", `a block ends inside ${literals} literals`);
    if (literals > end - write) return -1;
    copyLiterals(input, read, literals, output, write);
    read += literals;
    write += literals;
    if (read === input.length) return write;

    const offset = (input[read] ?? 0) | ((input[read + 1] ?? 0) << 8);
    read += 2;
    let match = token & 15;
    if (match === 15) {
      let byte: number;
      do {
        byte = input[read++] ?? -1;
        match += byte;
      } while (byte === 255);
      if (byte < 0) throw malformed("lz4", "a block ends inside a length");
    }
    match += minMatch;
    if (read >= input.length) throw malformed("lz4", "a block ends with a match");
    if (offset === 0 || offset > write - window)
      throw malformed("lz4", `a match begins ${offset} bytes back, of ${write - window}`);
    if (match > end - write) return -1;
    copyMatch(output, write, offset, match);
    write += match;
  }
  throw malformed("lz4", "a block is empty");
}

/** Adds bytes to the literals at the end of a block, moving them when their length takes one byte more, and returns the new size. */
function extendLastLiterals(block: Uint8Array, size: number, more: Uint8Array): number {
  const { token, start } = findLastLiterals(block, size);
  const literals = size - start;
  const total = literals + more.length;
  const lengthBytes = total < 15 ? 0 : Math.floor((total - 15) / 255) + 1;
  const newStart = token + 1 + lengthBytes;
  block.copyWithin(newStart, start, size);
  block[token] = Math.min(total, 15) << 4;
  for (let index = 1; index < lengthBytes; index++) block[token + index] = 255;
  if (lengthBytes > 0) block[token + lengthBytes] = (total - 15) % 255;
  block.set(more, newStart + literals);
  return newStart + total;
}

/** Walks the sequences of a block that lz4js wrote to its last. */
function findLastLiterals(block: Uint8Array, size: number): { token: number; start: number } {
  let position = 0;
  for (;;) {
    const token = position;
    const lengths = block[position++] ?? 0;
    let literals = lengths >>> 4;
    if (literals === 15) {
      let byte: number;
      do literals += byte = block[position++] ?? 0;
      while (byte === 255);
    }
    if (position + literals >= size) return { token, start: position };
    position += literals + 2;
    if ((lengths & 15) === 15) while (block[position++] === 255);
  }
}
