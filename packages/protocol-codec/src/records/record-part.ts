import { EncodeError } from "../errors.js";
import { writeUtf8 } from "../wire/utf8.js";
import { sizeOfVarint, writeVarint } from "../wire/varint.js";
import { largestShort, shortSize, writeShortVarint } from "./short-varint.js";

/** A piece of a record with a length of its own: key, value, name or value of a header. Text is written as UTF-8. */
export type RecordPart = Uint8Array | string | null;

/** Text of more characters is measured before it is written: writing it twice would cost more. */
const longText = 1024;

/** Up to this many characters a loop here is quicker than a call out of JavaScript, which takes 65 ns. */
const longestTextLoop = 24;

/** The fewest bytes that a part can take: a UTF-16 unit is one byte at least. Throws for what is no part of a record. */
export function leastBytes(part: RecordPart): number {
  if (part === null) return 0;
  if (typeof part === "string" || part instanceof Uint8Array) return part.length;
  throw noPart(part);
}

/** What a part can take beyond its fewest bytes: a UTF-16 unit is three bytes at most. */
export function moreBytes(part: RecordPart): number {
  return typeof part === "string" ? part.length * 2 : 0;
}

/** The bytes that a part takes without its length. */
export function exactBytes(part: RecordPart): number {
  if (part === null) return 0;
  return typeof part === "string" ? Buffer.byteLength(part) : part.length;
}

/** Writes a key or value with its length, -1 for null, and returns the position after it. */
export function writePart(target: Buffer, position: number, part: RecordPart): number {
  if (part === null) return writeVarint(target, position, -1);
  if (typeof part === "string") return writeText(target, position, part);
  return writeBytes(target, writeVarint(target, position, part.length), part);
}

/** What `writeShortPart` answers for a part that has to be written the general way; positions are never negative. */
export const notShort = -1;

/**
 * Writes a part whose length is a varint of one or two bytes, and of the size that the number of its characters or bytes
 * says. Answers `notShort` for text that turns out to be longer. The caller has made room, three bytes a character.
 */
export function writeShortPart(target: Buffer, position: number, part: RecordPart): number {
  if (part === null) {
    target[position] = 1;
    return position + 1;
  }
  if (typeof part === "string") return writeShortText(target, position, part);
  return writeBytes(target, writeShortVarint(target, position, part.length * 2), part);
}

function writeShortText(target: Buffer, position: number, text: string): number {
  const guess = text.length * 2;
  const start = position + shortSize(guess);
  const raw = writeCharacters(target, start, text) * 2;
  if (raw !== guess && (raw > largestShort || shortSize(raw) !== start - position)) return notShort;
  writeShortVarint(target, position, raw);
  return start + (raw >>> 1);
}

function writeBytes(target: Buffer, position: number, bytes: Uint8Array): number {
  target.set(bytes, position);
  return position + bytes.length;
}

/** Short text goes where it belongs if it is ASCII, and its length is then known to be right; else it is written again. */
function writeText(target: Buffer, position: number, text: string): number {
  if (text.length > longText) return writeMeasuredText(target, position, text);
  const start = position + sizeOfVarint(text.length);
  const length = writeCharacters(target, start, text);
  if (position + sizeOfVarint(length) !== start) return writeMeasuredText(target, position, text);
  writeVarint(target, position, length);
  return start + length;
}

function writeMeasuredText(target: Buffer, position: number, text: string): number {
  position = writeVarint(target, position, Buffer.byteLength(text));
  return position + writeUtf8(target, position, text);
}

/** Writes text without its length and returns how many bytes that took. */
function writeCharacters(target: Buffer, position: number, text: string): number {
  const length = text.length;
  if (length > longestTextLoop) return writeUtf8(target, position, text);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return writeUtf8(target, position, text);
    target[position + index] = unit;
  }
  return length;
}

function noPart(part: never): EncodeError {
  return new EncodeError(
    `A record's key, value and header values have to be bytes (a Buffer or Uint8Array), a string or null, not ${typeof part}.`,
    { code: "CLIENT_INVALID_ARGUMENT" },
  );
}
