import { invalidArgument, kindOf, requireInt64, requireObject } from "../arguments.js";
import { BatchBuilder } from "./builder.js";
import type { FinishOptions } from "./builder.js";
import type { RecordHeaders } from "./record.js";

/** A record to write. */
export interface RecordToWrite {
  /** Offset in the partition. Default: one more than the record before, the first at the batch's base offset. */
  readonly offset?: bigint;
  /** Milliseconds since 1970. Default -1: none. */
  readonly timestamp?: number | bigint;
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: RecordHeaders;
}

/** The header fields of a batch to write, all optional. */
export interface WriteBatchOptions extends FinishOptions {
  /** What the timestamp deltas are relative to, and the delete horizon where `hasDeleteHorizon` is set. Default: the first record's timestamp. */
  readonly baseTimestamp?: number | bigint;
}

/** Returns one batch of magic 2 with the given records. Throws EncodeError when offsets do not ascend or the codec is asynchronous. */
export function writeBatch(options: WriteBatchOptions, records: Iterable<RecordToWrite>): Buffer {
  return fill(options, records).finish(options);
}

/** The same with a codec that may be asynchronous. */
export async function writeBatchAsync(options: WriteBatchOptions, records: Iterable<RecordToWrite>): Promise<Buffer> {
  return fill(options, records).finishAsync(options);
}

function fill(options: WriteBatchOptions, records: Iterable<RecordToWrite>): BatchBuilder {
  requireObject(options, "options", '{ compression: "lz4" }');
  if (typeof records?.[Symbol.iterator] !== "function")
    throw invalidArgument(`records: a list of records wanted, not ${kindOf(records)}`);
  const { baseOffset = 0n, baseTimestamp } = options;
  requireInt64(baseOffset, "baseOffset");
  const builder = new BatchBuilder({
    maxBytes: 0x7fff_ffff,
    ...(baseTimestamp === undefined ? {} : { baseTimestamp }),
  });
  let next = 0;
  for (const record of records) {
    requireObject(record, "records: each", '{ key: "42", value: "text" }');
    const { offset, timestamp = -1, key = null, value = null, headers } = record;
    if (offset !== undefined) requireInt64(offset, "records: offset");
    const delta = offset === undefined ? next : Number(offset - baseOffset);
    builder.tryAppendAt(delta, timestamp, key, value, headers);
    next = delta + 1;
  }
  return builder;
}
