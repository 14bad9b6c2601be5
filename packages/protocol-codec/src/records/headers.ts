import { EncodeError } from "../errors.js";
import { sizeOfVarint, writeVarint } from "../wire/varint.js";
import type { RecordHeaders } from "./record.js";

/** Headers made ready to be written: pairs in order, and the bytes they take with their count. */
export interface PreparedHeaders {
  readonly pairs: readonly (readonly [name: string, value: Buffer | string | null])[];
  readonly sizeInBytes: number;
}

/** The headers of a record that has none: just a count of 0. */
export const emptyHeaders: PreparedHeaders = { pairs: [], sizeInBytes: 1 };

/** Brings both forms of headers into pairs and measures them; throws EncodeError for what is neither text, bytes nor null. */
export function prepareHeaders(headers: RecordHeaders): PreparedHeaders {
  const pairs: (readonly [string, Buffer | string | null])[] = [];
  if (isPairs(headers)) {
    for (const [name, value] of headers) pairs.push([name, value]);
  } else {
    for (const [name, value] of Object.entries(headers)) {
      if (isList(value)) for (const each of value) pairs.push([name, each]);
      else pairs.push([name, value]);
    }
  }
  let sizeInBytes = sizeOfVarint(pairs.length);
  for (const [name, value] of pairs) sizeInBytes += sizeOfHeader(name, value);
  return { pairs, sizeInBytes };
}

/** Writes the count and the headers and returns the position after them; the caller has made room. */
export function writeHeaders(target: Buffer, position: number, headers: PreparedHeaders): number {
  position = writeVarint(target, position, headers.pairs.length);
  for (const [name, value] of headers.pairs) {
    position = writeText(target, position, name);
    if (value === null) position = writeVarint(target, position, -1);
    else if (typeof value === "string") position = writeText(target, position, value);
    else {
      position = writeVarint(target, position, value.length);
      target.set(value, position);
      position += value.length;
    }
  }
  return position;
}

function writeText(target: Buffer, position: number, text: string): number {
  position = writeVarint(target, position, Buffer.byteLength(text));
  return position + target.write(text, position);
}

function sizeOfHeader(name: string, value: Buffer | string | null): number {
  if (typeof name !== "string") throw new EncodeError(`A record header's name has to be a string, not ${typeof name}.`, { code: "CLIENT_INVALID_ARGUMENT" });
  const nameLength = Buffer.byteLength(name);
  const size = sizeOfVarint(nameLength) + nameLength;
  if (value === null) return size + 1;
  if (typeof value !== "string" && !Buffer.isBuffer(value)) {
    throw new EncodeError(`The value of record header "${name}" has to be a Buffer, a string or null.`, { code: "CLIENT_INVALID_ARGUMENT" });
  }
  const valueLength = typeof value === "string" ? Buffer.byteLength(value) : value.length;
  return size + sizeOfVarint(valueLength) + valueLength;
}

function isPairs(headers: RecordHeaders): headers is readonly (readonly [string, Buffer | string | null])[] {
  return Array.isArray(headers);
}

function isList(value: Buffer | string | null | readonly (Buffer | string | null)[]): value is readonly (Buffer | string | null)[] {
  return Array.isArray(value);
}
