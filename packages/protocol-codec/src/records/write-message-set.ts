import { invalidArgument, kindOf, requireInt64, requireObject } from "../arguments.js";
import { codecToWrite } from "../compression/codecs.js";
import { compressSync } from "../compression/codec-calls.js";
import { EncodeError } from "../errors.js";
import { nodeZlib } from "../node-modules.js";
import { headerPairs } from "./headers.js";
import { attribute, writeInt64 } from "./layout.js";
import { legacyField } from "./legacy-message.js";
import { leastBytes } from "./record-part.js";
import { requireTimestamp } from "./timestamp.js";
import type { CompressionCodec, CompressionName } from "../compression/codec.js";
import type { TimestampType } from "./batch.js";
import type { RecordToWrite } from "./write-batch.js";

/** How a message set of the formats before record batches is written. */
export interface WriteMessageSetOptions {
  readonly magic: 0 | 1;
  /** Magic 1 only. Default `CreateTime`. */
  readonly timestampType?: Exclude<TimestampType, "NoTimestampType">;
  /** Puts the messages into one compressed wrapper. Default `none`. zstd came later than these formats. */
  readonly compression?: Exclude<CompressionName, "zstd"> | CompressionCodec;
}

/**
 * Returns a message set of magic 0 or 1, for tests and for tools that have to feed a reader of the old formats; brokers of today take
 * record batches only. Headers cannot be expressed and throw EncodeError.
 */
export function writeMessageSet(options: WriteMessageSetOptions, records: readonly RecordToWrite[]): Buffer {
  const codec = checkedCodec(options, records);
  const appended = options.timestampType === "LogAppendTime" ? attribute.logAppendTime : 0;
  for (const record of records) checkRecord(record, options.magic);
  const placed = records.map((record, index) => ({ ...record, offset: record.offset ?? BigInt(index) }));
  const last = placed.at(-1);
  if (codec.name === "none" || last === undefined)
    return Buffer.concat(placed.map((record) => message(options.magic, appended, record)));
  // Inside a wrapper of magic 1 offsets are relative to the first; the wrapper carries the last.
  const shift = options.magic === 0 ? 0n : (placed[0]?.offset ?? 0n);
  const inner = Buffer.concat(
    placed.map((record) => message(options.magic, 0, { ...record, offset: record.offset - shift })),
  );
  const timestamp = placed.reduce<number | bigint>(
    (latest, record) => (record.timestamp !== undefined && record.timestamp > latest ? record.timestamp : latest),
    -1,
  );
  return message(options.magic, codec.id | appended, {
    offset: last.offset,
    timestamp,
    value: compressSync(codec, inner),
  });
}

function checkedCodec(options: WriteMessageSetOptions, records: readonly RecordToWrite[]): CompressionCodec {
  requireObject(options, "options", "{ magic: 1 }");
  const { magic, compression } = options;
  if (magic !== 0 && magic !== 1) throw invalidArgument(`magic: 0 or 1 wanted, not ${kindOf(magic)}`);
  if (!Array.isArray(records)) throw invalidArgument(`records: a list of records wanted, not ${kindOf(records)}`);
  const codec = codecToWrite(compression);
  if (codec.name === "zstd") throw invalidArgument("compression: zstd came later than magic 0 and 1");
  return codec;
}

function checkRecord(record: RecordToWrite, magic: 0 | 1): void {
  requireObject(record, "records: each", '{ key: "42", value: "text" }');
  const { offset, timestamp = -1, key = null, value = null, headers } = record;
  if (offset !== undefined) requireInt64(offset, "records: offset");
  requireTimestamp(timestamp);
  for (const part of [key, value]) leastBytes(part);
  if (headers !== undefined && headerPairs(headers).length > 0) throw new EncodeError(`Magic ${magic} has no headers.`);
}

function message(magic: 0 | 1, attributes: number, record: RecordToWrite & { readonly offset: bigint }): Buffer {
  const { offset, timestamp = -1, key = null, value = null } = record;
  const [keyBytes, valueBytes] = [toBytes(key), toBytes(value)];
  const keyStart = legacyField.timestamp + (magic === 0 ? 0 : 8);
  const bytes = Buffer.alloc(keyStart + 8 + (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0));
  requireInt64(offset, "records: offset");
  bytes.writeBigInt64BE(offset, legacyField.offset);
  bytes.writeInt32BE(bytes.length - legacyField.crc, legacyField.size);
  bytes[legacyField.magic] = magic;
  bytes[legacyField.attributes] = attributes;
  if (magic === 1) writeInt64(bytes, legacyField.timestamp, timestamp);
  writePart(bytes, writePart(bytes, keyStart, keyBytes), valueBytes);
  bytes.writeUInt32BE(nodeZlib().crc32(bytes.subarray(legacyField.magic)), legacyField.crc);
  return bytes;
}

function toBytes(part: Buffer | string | null): Buffer | null {
  return typeof part === "string" ? Buffer.from(part, "utf8") : part;
}

function writePart(target: Buffer, position: number, part: Buffer | null): number {
  target.writeInt32BE(part?.length ?? -1, position);
  if (part !== null) target.set(part, position + 4);
  return position + 4 + (part?.length ?? 0);
}
