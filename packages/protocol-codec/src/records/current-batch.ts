import { codecFor, compressionName } from "../compression/codecs.js";
import { decompressAsync, decompressSync } from "../compression/codec-calls.js";
import { defaultMaxDecompressedBytes } from "../compression/codec.js";
import { DecodeError } from "../errors.js";
import { crc32c } from "../wire/crc32c.js";
import { RecordBatch } from "./batch.js";
import { attribute, field, logOverhead, readInt64AsNumber } from "./layout.js";
import { CurrentRecordCursor } from "./record-cursor.js";
import type { CompressionCodec, CompressionName } from "../compression/codec.js";
import type { RecordReadOptions, TimestampType } from "./batch.js";
import type { RecordCursor } from "./record.js";

/** A record batch of magic 2. */
export class CurrentRecordBatch extends RecordBatch {
  readonly sizeInBytes: number;
  readonly #options: RecordReadOptions;

  /** Takes a buffer that holds the whole batch from `start`; throws DecodeError when the batch length cannot be one. */
  constructor(buffer: Buffer, start: number, options: RecordReadOptions = {}) {
    super(buffer, start);
    this.sizeInBytes = logOverhead + buffer.readInt32BE(start + field.batchLength);
    this.#options = options;
    if (this.sizeInBytes < field.records || this.sizeInBytes > buffer.length - start) {
      throw new DecodeError(`A record batch of magic 2 cannot have ${this.sizeInBytes} bytes here.`, {
        code: "CORRUPT_MESSAGE",
        position: start,
      });
    }
  }

  get magic(): number {
    return this.buffer.readInt8(this.start + field.magic);
  }

  get baseOffset(): bigint {
    return this.buffer.readBigInt64BE(this.start + field.baseOffset);
  }

  get lastOffset(): bigint {
    return this.baseOffset + BigInt(this.lastOffsetDelta);
  }

  override get lastOffsetDelta(): number {
    return this.buffer.readInt32BE(this.start + field.lastOffsetDelta);
  }

  get partitionLeaderEpoch(): number {
    return this.buffer.readInt32BE(this.start + field.partitionLeaderEpoch);
  }

  get crc(): number {
    return this.buffer.readUInt32BE(this.start + field.crc);
  }

  get attributes(): number {
    return this.buffer.readInt16BE(this.start + field.attributes);
  }

  get compression(): CompressionName {
    return compressionName(this.attributes & attribute.compressionMask);
  }

  get timestampType(): TimestampType {
    return (this.attributes & attribute.logAppendTime) === 0 ? "CreateTime" : "LogAppendTime";
  }

  get isTransactional(): boolean {
    return (this.attributes & attribute.transactional) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & attribute.control) !== 0;
  }

  get baseTimestamp(): number {
    return readInt64AsNumber(this.buffer, this.start + field.baseTimestamp);
  }

  get maxTimestamp(): number {
    return readInt64AsNumber(this.buffer, this.start + field.maxTimestamp);
  }

  get deleteHorizonMs(): number | undefined {
    return (this.attributes & attribute.deleteHorizon) === 0 ? undefined : this.baseTimestamp;
  }

  get producerId(): bigint {
    return this.buffer.readBigInt64BE(this.start + field.producerId);
  }

  get producerEpoch(): number {
    return this.buffer.readInt16BE(this.start + field.producerEpoch);
  }

  get baseSequence(): number {
    return this.buffer.readInt32BE(this.start + field.baseSequence);
  }

  get count(): number {
    return this.buffer.readInt32BE(this.start + field.count);
  }

  isValid(): boolean {
    return this.crc === crc32c(this.buffer, this.start + field.attributes, this.start + this.sizeInBytes);
  }

  open(): RecordCursor {
    const codec = this.#codec();
    if (codec === undefined) return this.#uncompressed();
    const records = decompressSync(codec, this.#payload(), this.#limit());
    return this.#cursor(records, 0, records.length);
  }

  async openAsync(): Promise<RecordCursor> {
    const codec = this.#codec();
    if (codec === undefined) return this.#uncompressed();
    const records = await decompressAsync(codec, this.#payload(), this.#limit());
    return this.#cursor(records, 0, records.length);
  }

  /**
   * Undefined when there is nothing to decompress. Kafka looks at no byte behind the header of a batch without records, as compaction leaves
   * them, whatever the attributes say.
   */
  #codec(): CompressionCodec | undefined {
    if (this.count === 0) return undefined;
    const name = this.compression;
    return name === "none" ? undefined : codecFor(name, this.#options.codecs);
  }

  #uncompressed(): RecordCursor {
    const start = this.start + field.records;
    return this.#cursor(this.buffer, start, this.count === 0 ? start : this.start + this.sizeInBytes);
  }

  #payload(): Buffer {
    return this.buffer.subarray(this.start + field.records, this.start + this.sizeInBytes);
  }

  #limit(): number {
    return this.#options.maxDecompressedBytes ?? defaultMaxDecompressedBytes;
  }

  #cursor(buffer: Buffer, start: number, end: number): RecordCursor {
    const baseTimestamp = this.buffer.readBigInt64BE(this.start + field.baseTimestamp);
    const maxTimestamp = this.buffer.readBigInt64BE(this.start + field.maxTimestamp);
    const logAppendTime = this.timestampType === "LogAppendTime" ? maxTimestamp : undefined;
    return new CurrentRecordCursor({
      buffer,
      start,
      end,
      count: this.count,
      baseOffset: this.baseOffset,
      baseTimestamp,
      logAppendTime,
    });
  }
}
