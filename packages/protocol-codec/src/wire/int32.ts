/*
 * Whole numbers put together from bytes, for callers that have checked their bounds: Buffer's functions check them once more, at half the
 * cost of the whole.
 */

/** Reads an int32, high byte first; the caller has checked that four bytes are there. */
export function int32At(buffer: Uint8Array, at: number): number {
  return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
}

/** Writes 32 bits, high byte first; the caller has made room. */
export function writeInt32At(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
