import { EncodeError } from "../errors.js";
import { sizeOfVarint, writeVarint } from "../wire/varint.js";

/** A piece of a record with a length of its own: key, value, name or value of a header. Text is written as UTF-8. */
export type RecordPart = Buffer | string | null;

/** Text of more characters is measured before it is written: writing it twice would cost more. */
const longText = 1024;

/** Up to this many characters or bytes a loop here is quicker than a call out of JavaScript. */
const longestLoop = 8;

/** The fewest bytes that a part can take: a UTF-16 unit is one byte at least. Throws for what is no part of a record. */
export function leastBytes(part: RecordPart): number {
  if (part === null) return 0;
  if (typeof part === "string" || part instanceof Uint8Array) return part.length;
  throw new EncodeError(
    `A record's key, value and header values have to be a Buffer, a string or null, not ${typeof part}.`,
    { code: "CLIENT_INVALID_ARGUMENT" },
  );
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
  const length = part.length;
  position = writeVarint(target, position, length);
  if (length > longestLoop) target.set(part, position);
  else for (let index = 0; index < length; index++) target[position + index] = part[index] ?? 0;
  return position + length;
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
  return position + target.write(text, position);
}

/** Writes text without its length and returns how many bytes that took. */
function writeCharacters(target: Buffer, position: number, text: string): number {
  const length = text.length;
  if (length > longestLoop) return target.write(text, position);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return target.write(text, position);
    target[position + index] = unit;
  }
  return length;
}
