import { DecodeError } from "../errors.js";
import { readVarint, type ByteCursor } from "../wire/varint.js";
import type { RecordHeader } from "./record.js";

/** Bytes being read, whose parts can be had as Buffers. */
export interface HeaderBytes extends ByteCursor {
  readonly buffer: Buffer;
}

/**
 * Reads `count` headers as they stand in a record; values are views. `bytes.position` is behind them then.
 *
 * Throws a DecodeError that says what is wrong, without a place: `bytes.position` is where it was found.
 */
export function readHeaders(bytes: HeaderBytes, count: number): RecordHeader[] {
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const name = readPart(bytes);
    if (name === null) throw new DecodeError("a header has no name");
    headers.push([name.toString("utf8"), readPart(bytes)]);
  }
  return headers;
}

function readPart(bytes: HeaderBytes): Buffer | null {
  const length = readVarint(bytes);
  if (length === -1) return null;
  const start = bytes.position;
  if (length < 0 || length > bytes.end - start) throw new DecodeError(`a header's length is ${length}`);
  bytes.position = start + length;
  return bytes.buffer.subarray(start, bytes.position);
}
