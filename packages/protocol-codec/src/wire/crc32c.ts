import { endianness } from "node:os";

/**
 * Returns the CRC-32C (Castagnoli) of `buffer` from `start` to `end`, as an unsigned number.
 *
 * `seed` is the checksum of the bytes before (default 0: none), so a checksum can be taken in pieces.
 * Kafka protects record batches of magic 2 with it, from the attributes to the end.
 */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer.length, seed = 0): number {
  if (start < 0 || end > buffer.length || start > end) {
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

// Sixteen tables of 256 entries in one array: table t holds the checksum of a byte followed by t zero bytes.
const tables = makeTables();

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
  crc = updateWords(crc, new Uint32Array(buffer.buffer, buffer.byteOffset + head, blocks << 2));
  return updateBytes(crc, buffer, head + (blocks << 4), end);
}

function updateBytes(crc: number, buffer: Uint8Array, start: number, end: number): number {
  for (let index = start; index < end; index++) {
    crc = at(tables, (crc ^ at(buffer, index)) & 0xff) ^ (crc >>> 8);
  }
  return crc;
}

/** Slice-by-16: four words at a time, every byte looked up in the table of its distance from the end of the sixteen. */
function updateWords(crc: number, words: Uint32Array): number {
  const t = tables;
  for (let index = 0; index < words.length; index += 4) {
    const a = at(words, index) ^ crc;
    const b = at(words, index + 1);
    const c = at(words, index + 2);
    const d = at(words, index + 3);
    crc =
      at(t, 0xf00 + (a & 0xff)) ^
      at(t, 0xe00 + ((a >>> 8) & 0xff)) ^
      at(t, 0xd00 + ((a >>> 16) & 0xff)) ^
      at(t, 0xc00 + (a >>> 24)) ^
      at(t, 0xb00 + (b & 0xff)) ^
      at(t, 0xa00 + ((b >>> 8) & 0xff)) ^
      at(t, 0x900 + ((b >>> 16) & 0xff)) ^
      at(t, 0x800 + (b >>> 24)) ^
      at(t, 0x700 + (c & 0xff)) ^
      at(t, 0x600 + ((c >>> 8) & 0xff)) ^
      at(t, 0x500 + ((c >>> 16) & 0xff)) ^
      at(t, 0x400 + (c >>> 24)) ^
      at(t, 0x300 + (d & 0xff)) ^
      at(t, 0x200 + ((d >>> 8) & 0xff)) ^
      at(t, 0x100 + ((d >>> 16) & 0xff)) ^
      at(t, d >>> 24);
  }
  return crc;
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

function makeTables(): Int32Array {
  const result = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (polynomial & -(crc & 1));
    result[byte] = crc;
  }
  for (let index = 256; index < result.length; index++) {
    const previous = at(result, index - 256);
    result[index] = at(result, previous & 0xff) ^ (previous >>> 8);
  }
  return result;
}

/** An element that the caller knows to be there; V8 inlines it to a plain load. */
function at(array: Uint8Array | Int32Array | Uint32Array, index: number): number {
  return array[index] ?? 0;
}
