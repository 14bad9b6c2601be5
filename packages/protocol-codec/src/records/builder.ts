import { codecFor, compressSync } from "../compression/codecs.js";
import { EncodeError } from "../errors.js";
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from "../wire/varint.js";
import { writeBatchHeader } from "./batch-header.js";
import { emptyHeaders, prepareHeaders, writeHeaders } from "./headers.js";
import { field } from "./layout.js";
import type { CompressionCodec, CompressionName } from "../compression/codec.js";
import type { BatchHeaderOptions } from "./batch-header.js";
import type { PreparedHeaders } from "./headers.js";
import type { RecordHeaders } from "./record.js";

export interface BatchBuilderOptions {
  /** Size in bytes, header included and before compression, that the batch does not exceed unless its first record alone does. */
  readonly maxBytes: number;
  /** Bytes to reserve at once. Default 512; the buffer doubles as needed. */
  readonly initialBytes?: number;
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

  constructor({ maxBytes, initialBytes = 512, baseTimestamp }: BatchBuilderOptions) {
    if (!Number.isInteger(maxBytes) || maxBytes < 0 || maxBytes > 0x7fff_ffff) throw invalid(`maxBytes has to be an integer from 0 to 2^31 - 1, not ${maxBytes}`);
    if (!Number.isInteger(initialBytes) || initialBytes < 0 || initialBytes > 0x7fff_ffff) throw invalid(`initialBytes has to be an integer from 0 to 2^31 - 1, not ${initialBytes}`);
    if (baseTimestamp !== undefined) checkTimestamp(baseTimestamp);
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafe(Math.max(initialBytes, field.records));
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
  tryAppend(timestamp: number | bigint, key: Buffer | string | null, value: Buffer | string | null, headers?: RecordHeaders): boolean {
    return this.tryAppendAt(this.#lastOffsetDelta + 1, timestamp, key, value, headers);
  }

  /** The same at a chosen distance from the base offset, as a compacted log needs it; distances have to ascend. */
  tryAppendAt(offsetDelta: number, timestamp: number | bigint, key: Buffer | string | null, value: Buffer | string | null, headers?: RecordHeaders): boolean {
    if (this.#finished) throw invalid("the batch is finished: no record can be added");
    if (offsetDelta <= this.#lastOffsetDelta || offsetDelta > 0x7fff_ffff) throw invalid(`offset delta ${offsetDelta} does not follow ${this.#lastOffsetDelta}`);
    checkTimestamp(timestamp);
    const prepared = headers === undefined ? emptyHeaders : prepareHeaders(headers);
    const delta = this.#hasBaseTimestamp ? difference(timestamp, this.#baseTimestamp) : 0;
    let end = this.#encode(offsetDelta, delta, key, guessLength(key), value, guessLength(value), prepared);
    if (end === wrongGuess) end = this.#encode(offsetDelta, delta, key, exactLength(key), value, exactLength(value), prepared);
    if (end === tooLarge) return false;
    this.#position = end;
    this.#count++;
    this.#lastOffsetDelta = offsetDelta;
    if (!this.#hasBaseTimestamp) {
      this.#baseTimestamp = timestamp;
      this.#hasBaseTimestamp = true;
    }
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    return true;
  }

  /** Compresses, fills the header in and returns the batch. Throws EncodeError when the codec is asynchronous. */
  finish(options: FinishOptions = {}): Buffer {
    const codec = resolveCodec(options.compression);
    const batch = this.#close();
    if (codec.name === "none") return this.#seal(batch, codec, options);
    return this.#seal(framed(compressSync(codec, batch.subarray(field.records), options.level)), codec, options);
  }

  /** The same with a codec that may be asynchronous. */
  async finishAsync(options: FinishOptions = {}): Promise<Buffer> {
    const codec = resolveCodec(options.compression);
    const batch = this.#close();
    if (codec.name === "none") return this.#seal(batch, codec, options);
    return this.#seal(framed(await codec.compress(batch.subarray(field.records), options.level)), codec, options);
  }

  /**
   * Writes a record behind the last one and returns its end, or one of the two negative answers. The arguments are loose,
   * and not an object, because this runs millions of times a second.
   */
  #encode(
    offsetDelta: number,
    timestampDelta: number | bigint,
    key: Buffer | string | null,
    keyLength: number,
    value: Buffer | string | null,
    valueLength: number,
    headers: PreparedHeaders,
  ): number {
    const size =
      1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta) + sizeOfPart(keyLength) + sizeOfPart(valueLength) + headers.sizeInBytes;
    const end = this.#position + sizeOfVarint(size) + size;
    if (end > this.#maxBytes && this.#count > 0) return tooLarge;
    // Text whose length was guessed as ASCII can take up to three times as much before the guess is seen to be wrong.
    this.#reserve(end + slackOf(key) + slackOf(value));
    const buffer = this.#buffer;
    let position = writeVarint(buffer, this.#position, size);
    buffer[position++] = 0;
    position = writeVarlong(buffer, position, timestampDelta);
    position = writeVarint(buffer, position, offsetDelta);
    position = writeVarint(buffer, position, keyLength);
    if (key !== null) {
      if (writePart(buffer, position, key) !== keyLength) return wrongGuess;
      position += keyLength;
    }
    position = writeVarint(buffer, position, valueLength);
    if (value !== null) {
      if (writePart(buffer, position, value) !== valueLength) return wrongGuess;
      position += valueLength;
    }
    if (headers === emptyHeaders) buffer[position] = 0;
    else writeHeaders(buffer, position, headers);
    return end;
  }

  #reserve(needed: number): void {
    if (needed <= this.#buffer.length) return;
    if (needed > 0x7fff_ffff) throw new EncodeError("A record batch cannot have more than 2^31 - 1 bytes.", { code: "CLIENT_INVALID_ARGUMENT" });
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), 0x7fff_ffff));
    this.#buffer.copy(grown, 0, 0, this.#position);
    this.#buffer = grown;
  }

  /** The whole batch, its header still empty. */
  #close(): Buffer {
    if (this.#finished) throw invalid("the batch is finished already");
    this.#finished = true;
    return this.#buffer.subarray(0, this.#position);
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

/** Answer of `#encode`: the batch would exceed its limit. */
const tooLarge = -1;
/** Answer of `#encode`: a text that was taken for ASCII is not. */
const wrongGuess = -2;

/** Up to this many characters text is first taken for ASCII: measuring it costs more than writing it. */
const longestGuess = 1024;

/** Up to this many characters or bytes a loop here is quicker than a call out of JavaScript. */
const longestLoop = 16;

function guessLength(part: Buffer | string | null): number {
  if (typeof part === "string" && part.length <= longestGuess) return part.length;
  return exactLength(part);
}

function exactLength(part: Buffer | string | null): number {
  if (part === null) return -1;
  if (typeof part === "string") return Buffer.byteLength(part);
  if (part instanceof Uint8Array) return part.length;
  throw invalid(`a record's key and value have to be a Buffer, a string or null, not ${typeof part}`);
}

/** Bytes that a length and what it counts take; a length of -1 stands for null. */
function sizeOfPart(length: number): number {
  return length < 0 ? 1 : sizeOfVarint(length) + length;
}

function slackOf(part: Buffer | string | null): number {
  return typeof part === "string" && part.length <= longestGuess ? part.length * 2 : 0;
}

/** Writes bytes or text and returns how many bytes that took. */
function writePart(target: Buffer, position: number, part: Buffer | string): number {
  return typeof part === "string" ? writeText(target, position, part) : writeBytes(target, position, part);
}

function writeBytes(target: Buffer, position: number, bytes: Buffer): number {
  const length = bytes.length;
  if (length > longestLoop) target.set(bytes, position);
  else for (let index = 0; index < length; index++) target[position + index] = bytes[index] ?? 0;
  return length;
}

function writeText(target: Buffer, position: number, text: string): number {
  const length = text.length;
  if (length > longestLoop) return target.write(text, position);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return target.write(text, position);
    target[position + index] = unit;
  }
  return length;
}

/** The distance of two timestamps, exact: a bigint when a number would round it. */
function difference(timestamp: number | bigint, base: number | bigint): number | bigint {
  if (typeof timestamp === "number" && typeof base === "number") {
    const delta = timestamp - base;
    if (Number.isSafeInteger(delta)) return delta;
  }
  return BigInt.asIntN(64, BigInt(timestamp) - BigInt(base));
}

function checkTimestamp(timestamp: number | bigint): void {
  const valid = typeof timestamp === "bigint" ? BigInt.asIntN(64, timestamp) === timestamp : Number.isSafeInteger(timestamp);
  if (!valid) throw invalid(`a timestamp has to be whole milliseconds, not ${timestamp}`);
}

function resolveCodec(compression: CompressionName | CompressionCodec = "none"): CompressionCodec {
  return typeof compression === "string" ? codecFor(compression) : compression;
}

/** The compressed records with room for the header in front. */
function framed(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(field.records + records.length);
  batch.set(records, field.records);
  return batch;
}

function invalid(problem: string): EncodeError {
  return new EncodeError(`Cannot build the record batch: ${problem}.`, { code: "CLIENT_INVALID_ARGUMENT" });
}
