import { codecFor, compressionName } from "../compression/codecs.js";
import { decompressAsync, decompressSync } from "../compression/codec-calls.js";
import { defaultMaxDecompressedBytes } from "../compression/codec.js";
import { DecodeError } from "../errors.js";
import { nodeZlib } from "../node-modules.js";
import { RecordBatch } from "./batch.js";
import { attribute, readInt64AsNumber } from "./layout.js";
import { LegacyRecordCursor } from "./legacy-cursor.js";
import { repairLz4Header } from "./legacy-lz4.js";
import { isCompressed, legacyField, parseLegacyMessage } from "./legacy-message.js";
import type { CompressionName } from "../compression/codec.js";
import type { RecordReadOptions, TimestampType } from "./batch.js";
import type { LegacyMessages } from "./legacy-cursor.js";
import type { LegacyMessage } from "./legacy-message.js";
import type { RecordCursor } from "./record.js";

/**
 * A message of magic 0 or 1, shown as a batch: of one record, or of the messages inside a compressed wrapper.
 *
 * A wrapper says its last offset only, so `baseOffset` and `count` decompress it, once.
 */
export class LegacyRecordBatch extends RecordBatch {
  readonly #message: LegacyMessage;
  readonly #options: RecordReadOptions;
  #messages: LegacyMessages | undefined;

  /** Takes a buffer that holds the whole message from `start`; throws DecodeError when its lengths disagree. */
  constructor(buffer: Buffer, start: number, options: RecordReadOptions = {}) {
    super(buffer, start);
    this.#message = parseLegacyMessage(buffer, start, buffer.length);
    this.#options = options;
  }

  get sizeInBytes(): number {
    return this.#message.end - this.start;
  }

  get magic(): number {
    return this.#message.magic;
  }

  get baseOffset(): bigint {
    return isCompressed(this.#message) ? this.#open().baseOffset : this.lastOffset;
  }

  get lastOffset(): bigint {
    return this.buffer.readBigInt64BE(this.start + legacyField.offset);
  }

  get crc(): number {
    return this.buffer.readUInt32BE(this.start + legacyField.crc);
  }

  get attributes(): number {
    return this.#message.attributes;
  }

  get compression(): CompressionName {
    return compressionName(this.attributes & attribute.compressionMask);
  }

  get timestampType(): TimestampType {
    if (this.magic === 0) return "NoTimestampType";
    return (this.attributes & attribute.logAppendTime) === 0 ? "CreateTime" : "LogAppendTime";
  }

  get isTransactional(): boolean {
    return false;
  }

  get isControl(): boolean {
    return false;
  }

  get baseTimestamp(): number {
    return this.maxTimestamp;
  }

  get maxTimestamp(): number {
    return this.magic === 0 ? -1 : readInt64AsNumber(this.buffer, this.start + legacyField.timestamp);
  }

  get deleteHorizonMs(): undefined {
    return undefined;
  }

  get partitionLeaderEpoch(): number {
    return -1;
  }

  get producerId(): bigint {
    return -1n;
  }

  get producerEpoch(): number {
    return -1;
  }

  get baseSequence(): number {
    return -1;
  }

  get count(): number {
    return isCompressed(this.#message) ? this.#open().count : 1;
  }

  isValid(): boolean {
    return this.crc === nodeZlib().crc32(this.buffer.subarray(this.start + legacyField.magic, this.#message.end));
  }

  open(): RecordCursor {
    return new LegacyRecordCursor(this.#open());
  }

  async openAsync(): Promise<RecordCursor> {
    if (isCompressed(this.#message) && this.#messages === undefined) {
      const codec = codecFor(this.compression, this.#options.codecs);
      this.#messages = this.#unwrap(await decompressAsync(codec, this.#payload(), this.#limit()));
    }
    return this.open();
  }

  #open(): LegacyMessages {
    this.#messages ??= isCompressed(this.#message) ? this.#unwrap(this.#decompress()) : this.#alone();
    return this.#messages;
  }

  #alone(): LegacyMessages {
    const { start, end, magic } = this.#message;
    return {
      buffer: this.buffer,
      start,
      end,
      magic,
      count: 1,
      baseOffset: this.lastOffset,
      offsetShift: 0n,
      logAppendTime: undefined,
    };
  }

  #decompress(): Buffer {
    return decompressSync(codecFor(this.compression, this.#options.codecs), this.#payload(), this.#limit());
  }

  #payload(): Buffer {
    const { valueStart, valueLength, magic, start } = this.#message;
    if (valueLength < 0)
      throw new DecodeError(`The compressed message at byte ${start} has no value.`, {
        code: "CORRUPT_MESSAGE",
        position: start,
      });
    const payload = this.buffer.subarray(valueStart, valueStart + valueLength);
    return magic === 0 && this.compression === "lz4" ? repairLz4Header(payload) : payload;
  }

  #limit(): number {
    return this.#options.maxDecompressedBytes ?? defaultMaxDecompressedBytes;
  }

  /** Walks once over the messages in a wrapper: the offsets inside one of magic 1 are relative to its own, which is the last's. */
  #unwrap(buffer: Buffer): LegacyMessages {
    const { magic } = this.#message;
    let count = 0;
    let last = 0;
    for (let position = 0; position < buffer.length; count++) {
      const inner = parseLegacyMessage(buffer, position, buffer.length);
      if (inner.magic !== magic) throw this.#broken(`a message of magic ${inner.magic} inside one of magic ${magic}`);
      if (isCompressed(inner)) throw this.#broken("a compressed message inside a compressed one");
      last = position;
      position = inner.end;
    }
    if (count === 0) throw this.#broken("no message inside a compressed one");
    const offsetShift = magic === 0 ? 0n : this.lastOffset - buffer.readBigInt64BE(last);
    const baseOffset = buffer.readBigInt64BE(0) + offsetShift;
    const logAppendTime =
      this.timestampType === "LogAppendTime"
        ? this.buffer.readBigInt64BE(this.start + legacyField.timestamp)
        : undefined;
    return { buffer, start: 0, end: buffer.length, magic, count, baseOffset, offsetShift, logAppendTime };
  }

  #broken(problem: string): DecodeError {
    return new DecodeError(`The message set at offset ${this.lastOffset} is malformed: ${problem}.`, {
      code: "CORRUPT_MESSAGE",
      offset: this.lastOffset,
    });
  }
}
