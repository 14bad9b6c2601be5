import type { CompressionCodecs, CompressionName } from "../compression/codec.js";
import { RecordIterator } from "./record-iterator.js";
import type { LogRecord, RecordCursor } from "./record.js";

/** How the timestamps of a batch came about: set by the producer, by the broker, or absent (magic 0). */
export type TimestampType = "CreateTime" | "LogAppendTime" | "NoTimestampType";

/** How the records of a batch are to be decompressed. */
export interface RecordReadOptions {
  /** Codecs that take the place of the built-in ones. Default: none. */
  readonly codecs?: CompressionCodecs;
  /** Decompressed bytes at which opening a batch gives up. Default 128 MiB. */
  readonly maxDecompressedBytes?: number;
}

/**
 * A record batch, or a message of the formats before (magic 0 and 1), as a view of its bytes.
 *
 * The header's fields are read when asked for, the records when the batch is opened or iterated. Nothing is copied but
 * what had to be decompressed.
 */
export abstract class RecordBatch implements Iterable<LogRecord> {
  readonly buffer: Buffer;
  /** Where in the buffer the batch begins. */
  readonly start: number;

  protected constructor(buffer: Buffer, start: number) {
    this.buffer = buffer;
    this.start = start;
  }

  /** Size of the whole batch in bytes, its header included. */
  abstract get sizeInBytes(): number;
  /** Format: 2 for record batches, 0 and 1 for the message sets of Kafka before 0.11. */
  abstract get magic(): number;
  abstract get baseOffset(): bigint;
  abstract get lastOffset(): bigint;
  /** The checksum as it stands in the batch; see `isValid`. */
  abstract get crc(): number;
  abstract get attributes(): number;
  /** Throws DecodeError when the attributes name a compression that does not exist. */
  abstract get compression(): CompressionName;
  abstract get timestampType(): TimestampType;
  abstract get isTransactional(): boolean;
  /** Whether the records are markers of the broker (end of a transaction, for one) and no application's data. */
  abstract get isControl(): boolean;
  /** What the timestamp deltas are relative to. With a delete horizon this is that horizon, and never a record's time. */
  abstract get baseTimestamp(): number;
  /** The largest timestamp in the batch, or the append time where the broker sets it; -1 when there is none. */
  abstract get maxTimestamp(): number;
  /** When a compacted log may drop the batch's tombstones or marker; undefined when not set. */
  abstract get deleteHorizonMs(): number | undefined;
  abstract get partitionLeaderEpoch(): number;
  /** -1n when the producer was not idempotent. */
  abstract get producerId(): bigint;
  abstract get producerEpoch(): number;
  /** -1 when the producer was not idempotent. */
  abstract get baseSequence(): number;
  /** Number of records; 0 is possible in a compacted log. */
  abstract get count(): number;

  /** Offset of the last record less that of the first; larger than `count - 1` after compaction. */
  get lastOffsetDelta(): number {
    return Number(this.lastOffset - this.baseOffset);
  }

  /** The offset at which to read on after this batch. */
  get nextOffset(): bigint {
    return this.lastOffset + 1n;
  }

  /** The sequence number of the last record: they wrap from 2^31 - 1 to 0. */
  get lastSequence(): number {
    const base = this.baseSequence;
    return base < 0 ? -1 : (base + this.lastOffsetDelta) % 0x8000_0000;
  }

  /** The bytes of the whole batch, as a view. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.start + this.sizeInBytes);
  }

  /** Whether the checksum is right. */
  abstract isValid(): boolean;

  /** Decompresses if need be and returns a cursor before the first record. Throws when a codec is asynchronous. */
  abstract open(): RecordCursor;

  /** The same for codecs that may be asynchronous. */
  abstract openAsync(): Promise<RecordCursor>;

  /** The records one by one, as objects. */
  [Symbol.iterator](): IterableIterator<LogRecord, undefined> {
    return new RecordIterator(this.open());
  }
}
