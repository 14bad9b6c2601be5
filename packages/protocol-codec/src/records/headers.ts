import { kindOf } from "../arguments.js";
import { EncodeError } from "../errors.js";
import { sizeOfVarint, writeVarint } from "../wire/varint.js";
import { exactBytes, leastBytes, writePart } from "./record-part.js";
import type { RecordHeaders } from "./record.js";
import type { RecordPart } from "./record-part.js";

/** Headers as they are written: pairs, in order. */
export type HeaderPairs = readonly (readonly [name: string, value: RecordPart])[];

/** The headers of a record that has none. */
export const noPairs: HeaderPairs = [];

/** Brings all forms of headers into pairs. Names have to be text; throws EncodeError for what is neither text, bytes nor null. */
export function headerPairs(headers: RecordHeaders): HeaderPairs {
  if (isPairs(headers)) return headers;
  if (typeof headers !== "object" || headers === null) throw notHeaders(headers);
  if (isIterable(headers)) {
    // A record that does not fit into one batch is tried again in the next.
    if (Object.is(headers[Symbol.iterator](), headers)) throw invalid("pairs that can be read only once: give a list");
    return Array.from(headers);
  }
  const pairs: (readonly [string, RecordPart])[] = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (isList(value)) for (const each of value) pairs.push([name, each]);
    else if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

/** The bytes of the headers and their count, exact for short ASCII: a first guess, and the least they can be. */
export function estimateHeaders(pairs: HeaderPairs): number {
  let bytes = 1;
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw notHeaders(pair);
    const [name, value]: readonly [string, RecordPart] = pair;
    if (typeof name !== "string") throw invalid(`a name has to be a string, not ${kindOf(name)}`);
    bytes += 2 + name.length + leastBytes(value);
  }
  return bytes;
}

/** The bytes of the headers and their count, measured. */
export function measureHeaders(pairs: HeaderPairs): number {
  let bytes = sizeOfVarint(pairs.length);
  for (const [name, value] of pairs) {
    const [nameLength, valueLength] = [exactBytes(name), exactBytes(value)];
    bytes += sizeOfVarint(nameLength) + nameLength + sizeOfVarint(valueLength) + valueLength;
  }
  return bytes;
}

/** Writes the count and the headers and returns the position after them; the caller has made room. */
export function writeHeaders(target: Buffer, position: number, pairs: HeaderPairs): number {
  position = writeVarint(target, position, pairs.length);
  for (const [name, value] of pairs) {
    position = writePart(target, position, name);
    position = writePart(target, position, value);
  }
  return position;
}

function isPairs(headers: RecordHeaders): headers is HeaderPairs {
  return Array.isArray(headers);
}

function isIterable(headers: object): headers is Iterable<HeaderPairs[number]> {
  return Symbol.iterator in headers;
}

function notHeaders(given: unknown): EncodeError {
  return invalid(`an object such as { trace: "1" }, or pairs such as ["trace", "1"], wanted, not ${kindOf(given)}`);
}

function invalid(problem: string): EncodeError {
  return new EncodeError(`A record's headers: ${problem}.`, { code: "CLIENT_INVALID_ARGUMENT" });
}

function isList(value: RecordPart | undefined | readonly RecordPart[]): value is readonly RecordPart[] {
  return Array.isArray(value);
}
