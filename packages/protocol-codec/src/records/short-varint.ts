/*
 * Varints of one or two bytes, which nearly all in a record are: lengths, deltas and counts up to 8191. They stand apart
 * from the general functions because these work on values before zig-zag, and are small enough for V8 to put them where
 * they are called.
 */

/** The largest value of a varint of two bytes, before zig-zag is undone. */
export const largestShort = 0x3fff;

/** Reads a varint of one or two bytes and leaves its zig-zag; anything above `largestShort` stands for a longer or needlessly long one. */
export function shortVarint(buffer: Buffer, position: number): number {
  const first = buffer[position] ?? 0xff;
  if (first < 0x80) return first;
  const second = buffer[position + 1] ?? 0;
  // A second byte of 0 adds nothing: the size could then not be told from the value.
  return second === 0 ? largestShort + 1 : (first & 0x7f) | (second << 7);
}

/** Writes a zig-zagged value of up to `largestShort` and returns the position after it; the caller has made room. */
export function writeShortVarint(target: Buffer, position: number, raw: number): number {
  if (raw < 0x80) {
    target[position] = raw;
    return position + 1;
  }
  target[position] = raw | 0x80;
  target[position + 1] = raw >>> 7;
  return position + 2;
}

/** How many bytes a zig-zagged value of up to `largestShort` takes. */
export function shortSize(raw: number): number {
  return raw < 0x80 ? 1 : 2;
}

/** Undoes the zig-zag. */
export function zigZag(raw: number): number {
  return (raw >>> 1) ^ -(raw & 1);
}
