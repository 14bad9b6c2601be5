import { requireInt16, requireInt32 } from "../arguments.js";
import { EncodeError } from "../errors.js";
import { crc32c } from "../wire/crc32c.js";
import { attribute, field, logOverhead, writeInt64 } from "./layout.js";
import type { TimestampType } from "./batch.js";

/** The fields of a batch's header that do not follow from its records. */
export interface BatchHeaderOptions {
  /** Offset of the first record. Default 0n, as producers send it: the broker assigns the real one. */
  readonly baseOffset?: bigint;
  /** Default -1, as producers send it. */
  readonly partitionLeaderEpoch?: number;
  /** Default `CreateTime`. With `LogAppendTime` every record shows `maxTimestamp`, which then has to be given. */
  readonly timestampType?: Exclude<TimestampType, "NoTimestampType">;
  /** Default: the largest timestamp of the records, -1 without records. */
  readonly maxTimestamp?: number | bigint;
  /** Default: the last record's. Larger where compaction took the last records away. */
  readonly lastOffsetDelta?: number;
  /** Whether the records belong to a transaction, and count once it is committed. Default false. */
  readonly isTransactional?: boolean;
  /** Whether its records are marks for brokers and consumers, such as the end of a transaction, and no messages. Default false. */
  readonly isControl?: boolean;
  /** Marks the base timestamp as the time from which a compacted log may drop the tombstones. Default false. */
  readonly hasDeleteHorizon?: boolean;
  /** Default -1n: not idempotent. */
  readonly producerId?: bigint;
  /** Default -1. */
  readonly producerEpoch?: number;
  /** Default -1. */
  readonly baseSequence?: number;
}

/** What the header says about the records behind it. */
export interface BatchContents {
  readonly compressionId: number;
  readonly baseTimestamp: number | bigint;
  readonly maxTimestamp: number | bigint;
  readonly lastOffsetDelta: number;
  readonly count: number;
}

/** Fills the first 61 bytes of a whole batch, the checksum last. Throws EncodeError when a field is out of its range. */
export function writeBatchHeader(batch: Buffer, options: BatchHeaderOptions, contents: BatchContents): void {
  const { producerId = -1n, producerEpoch = -1, baseSequence = -1, partitionLeaderEpoch = -1 } = options;
  const lastOffsetDelta = options.lastOffsetDelta ?? contents.lastOffsetDelta;
  try {
    requireInt32(partitionLeaderEpoch, "partitionLeaderEpoch");
    requireInt32(lastOffsetDelta, "lastOffsetDelta");
    requireInt16(producerEpoch, "producerEpoch");
    requireInt32(baseSequence, "baseSequence");
    batch.writeBigInt64BE(options.baseOffset ?? 0n, field.baseOffset);
    batch.writeInt32BE(batch.length - logOverhead, field.batchLength);
    batch.writeInt32BE(partitionLeaderEpoch, field.partitionLeaderEpoch);
    batch.writeInt8(2, field.magic);
    batch.writeInt16BE(attributesOf(options, contents.compressionId), field.attributes);
    batch.writeInt32BE(lastOffsetDelta, field.lastOffsetDelta);
    writeInt64(batch, field.baseTimestamp, contents.baseTimestamp);
    writeInt64(batch, field.maxTimestamp, options.maxTimestamp ?? contents.maxTimestamp);
    batch.writeBigInt64BE(producerId, field.producerId);
    batch.writeInt16BE(producerEpoch, field.producerEpoch);
    batch.writeInt32BE(baseSequence, field.baseSequence);
    batch.writeInt32BE(contents.count, field.count);
  } catch (cause) {
    throw new EncodeError(
      `A field of a record batch's header is out of range: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  batch.writeUInt32BE(crc32c(batch, field.attributes), field.crc);
}

function attributesOf(options: BatchHeaderOptions, compressionId: number): number {
  let attributes = compressionId;
  if (options.timestampType === "LogAppendTime") {
    if (options.maxTimestamp === undefined) throw new RangeError("a batch with LogAppendTime needs its maxTimestamp.");
    attributes |= attribute.logAppendTime;
  }
  if (options.isTransactional === true) attributes |= attribute.transactional;
  if (options.isControl === true) attributes |= attribute.control;
  if (options.hasDeleteHorizon === true) attributes |= attribute.deleteHorizon;
  return attributes;
}
