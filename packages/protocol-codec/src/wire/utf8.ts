interface Utf8Buffer {
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, start: number, length: number): number;
}

/** The most bytes that a string of a message has, in any version. */
export const longestString = 0x7fff;

/*
 * What `toString` and `write` call when the encoding is UTF-8, without their look at the arguments: 15 ns less each.
 */

/** Reads bytes as UTF-8; a byte-order mark is kept. The caller has checked that they are there. */
export function readUtf8(buffer: Buffer, start: number, end: number): string {
  return (buffer as Buffer & Utf8Buffer).utf8Slice(start, end);
}

/** Writes text as UTF-8 and returns how many bytes that took; the caller has made room. */
export function writeUtf8(target: Buffer, position: number, text: string): number {
  return (target as Buffer & Utf8Buffer).utf8Write(text, position, target.length - position);
}
