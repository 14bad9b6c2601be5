import { endianness } from "node:os";
import { invalidArgument, kindOf } from "../arguments.js";

/**
 * Returns the CRC-32C (Castagnoli) of `buffer` from `start` to `end`, as an unsigned number.
 *
 * `seed` is the checksum of the bytes before (default 0: none), so a checksum can be taken in pieces.
 * Kafka protects record batches of magic 2 with it, from the attributes to the end.
 */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer?.length, seed = 0): number {
  if (!(buffer instanceof Uint8Array))
    throw invalidArgument(`buffer: a Buffer or another Uint8Array wanted, not ${kindOf(buffer)}`);
  if (!(start >= 0 && end <= buffer.length && start <= end)) {
    throw new RangeError(`crc32c: range ${start}..${end} is outside of ${buffer.length} bytes.`);
  }
  return (update(~seed, buffer, start, end) ^ -1) >>> 0;
}

/**
 * Returns the checksum of a message after some of its bytes changed, without reading the unchanged ones.
 *
 * `oldPart` and `newPart` are the checksums of the changed stretch alone before and after, and `tailLength` the number of unchanged
 * bytes that follow it. A CRC is linear, so the difference of the two, moved `tailLength` bytes to the left, is the
 * difference of the whole. A wrong checksum stays wrong.
 */
export function crc32cReplace(whole: number, oldPart: number, newPart: number, tailLength: number): number {
  return (whole ^ shiftLeft(oldPart ^ newPart, tailLength)) >>> 0;
}

// The reversed polynomial 0x1EDC6F41.
const polynomial = 0x82f63b78;

/** Words that are read side by side, each with a checksum of its own. */
const strands = 4;

/** The checksum of each byte. */
const table = makeTable();

const updateWords = makeUpdateWords();

// Typed arrays over 32-bit words are in the machine's order; the word loop below wants little-endian.
const littleEndian = endianness() === "LE";

/** Below this size setting up the word view costs more than it saves. */
const wordThreshold = 96;

function update(crc: number, buffer: Uint8Array, start: number, end: number): number {
  if (end - start < wordThreshold || !littleEndian) return updateBytes(crc, buffer, start, end);
  const misaligned = (buffer.byteOffset + start) & 3;
  const head = misaligned === 0 ? start : start + 4 - misaligned;
  crc = updateBytes(crc, buffer, start, head);
  const blocks = (end - head) >>> 4;
  crc = updateWords(crc, new Int32Array(buffer.buffer, buffer.byteOffset + head, blocks * strands));
  return updateBytes(crc, buffer, head + (blocks << 4), end);
}

function updateBytes(crc: number, buffer: Uint8Array, start: number, end: number): number {
  for (let index = start; index < end; index++) crc = updateByte(crc, buffer[index]!);
  return crc;
}

/**
 * Makes what reads whole blocks of four words. Each strand takes one word of every block, and its checksum skips the other
 * three, so that no strand waits for another.
 *
 *   word   0 1 2 3  4 5 6 7  8 …       The checksum of strand a after word 0 is moved on to where word 4 begins, and
 *   strand a b c d  a b c d  a …       so on. In the last block the strands are joined, word by word.
 *
 * The look-ups take 11, 11 and 10 bits of a word: three of them need three quarters of the time that four of a byte need.
 * The table stands in here, for V8 to see that it never changes: bundlers turn a module's constants into variables, and
 * then every look-up is checked against the table's length, which costs a fifth.
 */
function makeUpdateWords(): (crc: number, words: Int32Array) => number {
  const t = makeWordTables();
  return (crc, words) => {
    const last = words.length - strands;
    // An integer from the start: V8 would else keep the checksum as any value through the whole loop.
    let a = crc | 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let index = 0; index < last; index += 4) {
      a ^= words[index]!;
      b ^= words[index + 1]!;
      c ^= words[index + 2]!;
      d ^= words[index + 3]!;
      a = t[a & 0x7ff]! ^ t[0x800 + ((a >>> 11) & 0x7ff)]! ^ t[0x1000 + (a >>> 22)]!;
      b = t[b & 0x7ff]! ^ t[0x800 + ((b >>> 11) & 0x7ff)]! ^ t[0x1000 + (b >>> 22)]!;
      c = t[c & 0x7ff]! ^ t[0x800 + ((c >>> 11) & 0x7ff)]! ^ t[0x1000 + (c >>> 22)]!;
      d = t[d & 0x7ff]! ^ t[0x800 + ((d >>> 11) & 0x7ff)]! ^ t[0x1000 + (d >>> 22)]!;
    }
    crc = afterWord(a ^ words[last]!);
    crc = afterWord(crc ^ b ^ words[last + 1]!);
    crc = afterWord(crc ^ c ^ words[last + 2]!);
    return afterWord(crc ^ d ^ words[last + 3]!);
  };
}

/** Moves a checksum, with a word in it, to the word's end. */
function afterWord(crc: number): number {
  for (let byte = 0; byte < 4; byte++) crc = updateByte(crc, 0);
  return crc;
}

function updateByte(crc: number, byte: number): number {
  return table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
}

/** Multiplies by x^(8 * bytes) modulo the polynomial: what appending that many zero bytes does to a checksum's difference. */
function shiftLeft(difference: number, bytes: number): number {
  let result = difference | 0;
  // The powers x^8, x^16, x^32 … are made by squaring, so the loop runs once for each binary digit of the length.
  let power = 0x0080_0000;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(power, result);
    power = multiply(power, power);
  }
  return result;
}

/** The product of two polynomials over GF(2), bit 31 being the coefficient of x^0. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 31; bit >= 0; bit--) {
    // -(0 or 1) is a mask of all zeros or all ones: no branch, because the bits are random.
    product ^= b & -((a >>> bit) & 1);
    b = (b >>> 1) ^ (polynomial & -(b & 1));
  }
  return product;
}

function makeTable(): Int32Array {
  const result = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (polynomial & -(crc & 1));
    result[byte] = crc;
  }
  return result;
}

/**
 * A table for each of the three parts of a word, in one array of 20 KiB: what the part's bits add to the checksum at the
 * place where the same strand's next word begins.
 */
function makeWordTables(): Int32Array {
  const result = new Int32Array(0x1000 + 0x400);
  for (let bit = 0; bit < 32; bit++) {
    const start = Math.floor(bit / 11) * 0x800;
    const size = 2 ** (bit % 11);
    const moved = shiftLeft(1 << bit, strands * 4);
    // All values below this bit are there already; with the bit they differ by what the bit alone adds.
    for (let lower = 0; lower < size; lower++) result[start + size + lower] = result[start + lower]! ^ moved;
  }
  return result;
}
