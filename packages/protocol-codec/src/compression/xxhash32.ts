/**
 * Returns the 32-bit xxHash of `buffer` from `start` to `end` with seed 0, as an unsigned number.
 * LZ4 frames use it for their header, block and content checksums.
 */
export function xxHash32(buffer: Uint8Array, start = 0, end = buffer.length): number {
  let position = start;
  let hash: number;
  if (end - start >= 16) {
    let a = (prime1 + prime2) | 0;
    let b = prime2;
    let c = 0;
    let d = -prime1 | 0;
    for (; position <= end - 16; position += 16) {
      a = round(a, word(buffer, position));
      b = round(b, word(buffer, position + 4));
      c = round(c, word(buffer, position + 8));
      d = round(d, word(buffer, position + 12));
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    hash = prime5;
  }
  hash = (hash + (end - start)) | 0;
  for (; position <= end - 4; position += 4) {
    hash = Math.imul(rotate((hash + Math.imul(word(buffer, position), prime3)) | 0, 17), prime4);
  }
  for (; position < end; position++) {
    hash = Math.imul(rotate((hash + Math.imul(buffer[position] ?? 0, prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const prime1 = 0x9e3779b1 | 0;
const prime2 = 0x85ebca77 | 0;
const prime3 = 0xc2b2ae3d | 0;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, prime2)) | 0, 13), prime1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(buffer: Uint8Array, position: number): number {
  return (
    (buffer[position] ?? 0) |
    ((buffer[position + 1] ?? 0) << 8) |
    ((buffer[position + 2] ?? 0) << 16) |
    ((buffer[position + 3] ?? 0) << 24)
  );
}
