import { asBuffer, requireObject } from "../arguments.js";
import { compressAsync, compressSync } from "../compression/codec-calls.js";
import { codecToWrite } from "../compression/codecs.js";
import { EncodeError } from "../errors.js";
import { sizeOfVarint, writeVarint, writeVarlong } from "../wire/varint.js";
import { writeBatchHeader } from "./batch-header.js";
import { estimateHeaders, headerPairs, measureHeaders, noPairs, writeHeaders } from "./headers.js";
import { field } from "./layout.js";
import { exactBytes, leastBytes, moreBytes, notShort, writePart, writeShortPart } from "./record-part.js";
import { largestShort, shortSize, writeShortVarint } from "./short-varint.js";
import { requireTimestamp, timestampDifference } from "./timestamp.js";
import type { CompressionCodec, CompressionName } from "../compression/codec.js";
import type { BatchHeaderOptions } from "./batch-header.js";
import type { HeaderPairs } from "./headers.js";
import type { RecordHeaders } from "./record.js";
import type { RecordPart } from "./record-part.js";

/** How a batch is built: its size, its memory, its compression. */
export interface BatchBuilderOptions {
  /** Size in bytes, header included and before compression, that the batch does not exceed unless its first record alone does. */
  readonly maxBytes: number;
  /** Bytes to reserve at once. Default 512; the buffer doubles as needed. */
  readonly initialBytes?: number;
  /**
   * Memory to write into, in place of what `initialBytes` would reserve: that of a batch that is done with, for one. It has
   * to be left alone until the new batch is done with too. A batch that outgrows it gets memory of its own, as it does where
   * not even its header has room. Default: memory of its own.
   */
  readonly buffer?: Buffer;
  /** What the timestamp deltas are relative to. Default: the first record's timestamp. */
  readonly baseTimestamp?: number | bigint;
}

/** How a batch is finished: header fields and compression. */
export interface FinishOptions extends BatchHeaderOptions {
  /** Name of a built-in codec, or a codec. Default `none`. */
  readonly compression?: CompressionName | CompressionCodec;
  /** Compression level, where the format has one. Default: the codec's. */
  readonly level?: number;
}

/**
 * Encodes records straight into one growing buffer, and the header in front of them at the end.
 *
 * A builder makes one batch: after `finish` its buffer belongs to the caller.
 */
export class BatchBuilder {
  #buffer: Buffer;
  #position: number = field.records;
  #count = 0;
  #lastOffsetDelta = -1;
  #baseTimestamp: number | bigint;
  #hasBaseTimestamp: boolean;
  #maxTimestamp: number | bigint = -1;
  #finished = false;
  readonly #maxBytes: number;

  constructor(options: BatchBuilderOptions) {
    requireObject(options, "options", "{ maxBytes: 1_048_576 }");
    const { maxBytes, initialBytes = 512, buffer, baseTimestamp } = options;
    if (!Number.isInteger(maxBytes) || maxBytes < 0 || maxBytes > 0x7fff_ffff)
      throw invalid(`maxBytes has to be an integer from 0 to 2^31 - 1, not ${maxBytes}`);
    if (!Number.isInteger(initialBytes) || initialBytes < 0 || initialBytes > 0x7fff_ffff)
      throw invalid(`initialBytes has to be an integer from 0 to 2^31 - 1, not ${initialBytes}`);
    if (baseTimestamp !== undefined) requireTimestamp(baseTimestamp);
    this.#maxBytes = maxBytes;
    const given = buffer === undefined ? undefined : asBuffer(buffer, "buffer");
    this.#buffer =
      given !== undefined && given.length >= field.records
        ? given
        : Buffer.allocUnsafe(Math.max(initialBytes, field.records));
    this.#baseTimestamp = baseTimestamp ?? -1;
    this.#hasBaseTimestamp = baseTimestamp !== undefined;
  }

  /** Number of records so far. */
  get count(): number {
    return this.#count;
  }

  /** Size of the batch so far in bytes: header and records, before compression. */
  get sizeInBytes(): number {
    return this.#position;
  }

  /** The largest timestamp so far, -1 without records. */
  get maxTimestamp(): number {
    return Number(this.#maxTimestamp);
  }

  /**
   * Appends a record at the next offset; returns false, and changes nothing, when the batch would become larger than `maxBytes`.
   * The first record is always taken. Timestamps are milliseconds since 1970.
   */
  tryAppend(timestamp: number | bigint, key: RecordPart, value: RecordPart, headers?: RecordHeaders): boolean {
    return this.tryAppendAt(this.#lastOffsetDelta + 1, timestamp, key, value, headers);
  }

  /** The same at a chosen distance from the base offset, as a compacted log needs it; distances have to ascend. */
  tryAppendAt(
    offsetDelta: number,
    timestamp: number | bigint,
    key: RecordPart,
    value: RecordPart,
    headers?: RecordHeaders,
  ): boolean {
    if (this.#finished) throw invalid("the batch is finished: no record can be added");
    if ((offsetDelta | 0) !== offsetDelta || offsetDelta <= this.#lastOffsetDelta)
      throw invalid(`offset delta ${offsetDelta} does not follow ${this.#lastOffsetDelta}`);
    if (headers === undefined && this.#appendShort(offsetDelta, timestamp, key, value)) return true;
    return this.#appendAny(offsetDelta, timestamp, key, value, headers);
  }

  /**
   * Compresses, fills the header in and returns the batch. Throws EncodeError when the codec is asynchronous or a field of
   * the header is out of its range; the builder is then as it was.
   */
  finish(options: FinishOptions = {}): Buffer {
    const codec = this.#codec(options);
    const batch = this.#close();
    try {
      if (codec.name === "none") return this.#seal(batch, codec, options);
      return this.#seal(framed(compressSync(codec, batch.subarray(field.records), options.level)), codec, options);
    } catch (error) {
      throw this.#reopen(error);
    }
  }

  /** The same with a codec that may be asynchronous. */
  async finishAsync(options: FinishOptions = {}): Promise<Buffer> {
    const codec = this.#codec(options);
    const batch = this.#close();
    try {
      if (codec.name === "none") return this.#seal(batch, codec, options);
      const records = batch.subarray(field.records);
      return this.#seal(framed(await compressAsync(codec, records, options.level)), codec, options);
    } catch (error) {
      throw this.#reopen(error);
    }
  }

  /**
   * Appends a record without headers whose varints have one or two bytes each, as nearly all do: in half the time of the
   * general way. Answers false, and changes nothing, for any other record, for the first of a batch, and where there
   * may be no room.
   */
  #appendShort(offsetDelta: number, timestamp: number | bigint, key: RecordPart, value: RecordPart): boolean {
    const base = this.#baseTimestamp;
    if (this.#count === 0 || typeof base !== "number" || !Number.isSafeInteger(timestamp)) return false;
    const timestampDelta = Number(timestamp) - base;
    if ((timestampDelta | 0) !== timestampDelta) return false;
    const rawTimestamp = (timestampDelta << 1) ^ (timestampDelta >> 31);
    const rawOffset = offsetDelta << 1;
    const keyBytes = leastBytes(key);
    const valueBytes = leastBytes(value);
    const least =
      2 +
      shortSize(rawTimestamp) +
      shortSize(rawOffset) +
      shortSize(keyBytes * 2) +
      keyBytes +
      shortSize(valueBytes * 2) +
      valueBytes;
    if (((rawTimestamp | rawOffset) & ~largestShort) !== 0 || least * 2 > largestShort) return false;

    const buffer = this.#buffer;
    const start = this.#position;
    const body = start + shortSize(least * 2);
    if (body + least > this.#maxBytes || body + least + moreBytes(key) + moreBytes(value) > buffer.length) return false;
    buffer[body] = 0;
    let end = writeShortVarint(buffer, body + 1, rawTimestamp);
    end = writeShortVarint(buffer, end, rawOffset);
    end = writeShortPart(buffer, end, key);
    if (end === notShort) return false;
    end = writeShortPart(buffer, end, value);
    if (end === notShort) return false;
    buffer[end++] = 0;
    // Text that is not ASCII took more than the least.
    const length = end - body;
    if (
      length !== least &&
      (length * 2 > largestShort || shortSize(length * 2) !== body - start || end > this.#maxBytes)
    )
      return false;
    writeShortVarint(buffer, start, length * 2);
    this.#appended(offsetDelta, timestamp, end);
    return true;
  }

  #appendAny(
    offsetDelta: number,
    timestamp: number | bigint,
    key: RecordPart,
    value: RecordPart,
    headers: RecordHeaders | undefined,
  ): boolean {
    requireTimestamp(timestamp);
    const pairs = headers === undefined ? noPairs : headerPairs(headers);
    const headerBytes = pairs === noPairs ? 1 : estimateHeaders(pairs);
    const start = this.#position;
    const least = smallestRecord + leastBytes(key) + leastBytes(value) + headerBytes;
    if (start + least > this.#maxBytes && this.#count > 0) return false;
    const more = spareBytes + moreBytes(key) + moreBytes(value) + headerBytes * 2 + pairs.length * 4;
    if (start + least + more > this.#buffer.length) this.#grow(key, value, pairs);
    const lengthSize = sizeOfVarint(least);
    if (!this.#hasBaseTimestamp) {
      this.#baseTimestamp = timestamp;
      this.#hasBaseTimestamp = true;
    }
    const buffer = this.#buffer;
    buffer[start + lengthSize] = 0;
    let end = writeVarlong(buffer, start + lengthSize + 1, timestampDifference(timestamp, this.#baseTimestamp));
    end = writeVarint(buffer, end, offsetDelta);
    end = writePart(buffer, end, key);
    end = writePart(buffer, end, value);
    if (pairs === noPairs) buffer[end++] = 0;
    else end = writeHeaders(buffer, end, pairs);
    end = this.#writeLength(start, lengthSize, end);
    if (end > this.#maxBytes && this.#count > 0) return false;
    this.#appended(offsetDelta, timestamp, end);
    return true;
  }

  #appended(offsetDelta: number, timestamp: number | bigint, end: number): void {
    this.#position = end;
    this.#count++;
    this.#lastOffsetDelta = offsetDelta;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
  }

  #grow(key: RecordPart, value: RecordPart, pairs: HeaderPairs): void {
    // Text counted three bytes a unit until here. It seldom has them, so it is measured before memory is taken.
    const needed =
      this.#position + smallestRecord + spareBytes + exactBytes(key) + exactBytes(value) + measureHeaders(pairs);
    if (needed <= this.#buffer.length) return;
    if (needed > 0x7fff_ffff)
      throw new EncodeError("A record batch cannot have more than 2^31 - 1 bytes.", {
        code: "CLIENT_INVALID_ARGUMENT",
      });
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), 0x7fff_ffff));
    this.#buffer.copy(grown, 0, 0, this.#position);
    this.#buffer = grown;
  }

  /** Writes a record's length in front of it, moving it when the length takes another number of bytes than were left, and returns its end. */
  #writeLength(start: number, reserved: number, end: number): number {
    const length = end - start - reserved;
    const taken = sizeOfVarint(length);
    if (taken !== reserved) this.#buffer.copyWithin(start + taken, start + reserved, end);
    writeVarint(this.#buffer, start, length);
    return start + taken + length;
  }

  /** The whole batch, its header still empty. */
  #close(): Buffer {
    if (this.#finished) throw invalid("the batch is finished already");
    this.#finished = true;
    return this.#buffer.subarray(0, this.#position);
  }

  #reopen(error: unknown): unknown {
    this.#finished = false;
    return error;
  }

  /** A batch without records has nothing to compress, and no reader of Kafka's looks for it. */
  #codec({ compression }: FinishOptions): CompressionCodec {
    const codec = codecToWrite(compression);
    return this.#count === 0 ? codecToWrite("none") : codec;
  }

  #seal(batch: Buffer, codec: CompressionCodec, options: FinishOptions): Buffer {
    writeBatchHeader(batch, options, {
      compressionId: codec.id,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      lastOffsetDelta: this.#lastOffsetDelta,
      count: this.#count,
    });
    return batch;
  }
}

/*
 * A record is written in one pass, and its length last, into the bytes left for it. Measuring first would cost as much
 * as writing, above all for text: how many bytes that takes is known for nothing once it is written.
 */

/** Bytes that a record takes beside key, value and headers, at least: its length, attributes, two deltas and two lengths. */
const smallestRecord = 6;

/** Bytes that the varints can take beyond that, all together. */
const spareBytes = 30;

/** The compressed records with room for the header in front. */
function framed(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(field.records + records.length);
  batch.set(records, field.records);
  return batch;
}

function invalid(problem: string): EncodeError {
  return new EncodeError(`Cannot build the record batch: ${problem}.`, { code: "CLIENT_INVALID_ARGUMENT" });
}
