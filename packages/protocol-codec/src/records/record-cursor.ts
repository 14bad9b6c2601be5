import { DecodeError } from "../errors.js";
import { readVarint, readVarlong, readVarlongExact } from "../wire/varint.js";
import { readHeaders } from "./read-headers.js";
import { noHeaders, RecordCursor } from "./record.js";
import { largestShort, shortSize, shortVarint, zigZag } from "./short-varint.js";
import type { RecordHeader } from "./record.js";
import type { RecordStretch } from "./record-texts.js";

/** What a cursor has to know of the batch that its records came from. */
export interface RecordCursorOptions extends RecordStretch {
  readonly baseOffset: bigint;
  /** What the records' timestamp deltas are relative to. */
  readonly baseTimestamp: bigint;
  /** The timestamp of every record, when the broker set it. */
  readonly logAppendTime: bigint | undefined;
}

/*
 * A record:  length │ attributes │ timestamp delta │ offset delta │ key length, key │ value length, value │ header count, headers
 *            varint │ int8       │ varlong         │ varint       │ varint (-1 null)│ varint (-1 null)    │ varint
 */

/** The smallest record: every field one byte. A count that needs more bytes than there are is refused before the first record. */
const smallestRecord = 7;

/** The cursor over the records of a batch of magic 2. */
export class CurrentRecordCursor extends RecordCursor {
  /** Where reading stands; public for the varint functions only. */
  position: number;
  readonly end: number;
  #remaining: number;
  #recordStart = 0;
  #recordEnd: number;
  readonly #options: RecordCursorOptions;
  readonly #baseTimestamp: number;
  readonly #fixedTimestamp: boolean;
  /** False when timestamps are so large that they need care. */
  readonly #mayBeShort: boolean;

  constructor(options: RecordCursorOptions) {
    super(options);
    const { start, end, count, logAppendTime } = options;
    if (count < 0 || count * smallestRecord > end - start) {
      throw new DecodeError(
        `The batch at offset ${options.baseOffset} says it has ${count} records, which ${end - start} bytes cannot hold.`,
        { position: start, offset: options.baseOffset },
      );
    }
    this.position = start;
    this.end = end;
    this.#remaining = count;
    this.#recordEnd = start;
    this.#options = options;
    this.#baseTimestamp = Number(options.baseTimestamp);
    this.#fixedTimestamp = logAppendTime !== undefined;
    this.#mayBeShort = this.#fixedTimestamp || Number.isSafeInteger(this.#baseTimestamp);
    if (logAppendTime !== undefined) this.timestamp = Number(logAppendTime);
  }

  next(): boolean {
    if (this.#remaining === 0) return this.#finish();
    this.#remaining--;
    if (!this.#mayBeShort || !this.#readShort()) this.#readAny();
    return true;
  }

  restart(): RecordCursor {
    return new CurrentRecordCursor(this.#options);
  }

  get offset(): bigint {
    return this.#options.baseOffset + BigInt(this.offsetDelta);
  }

  get exactTimestamp(): bigint {
    const { baseTimestamp, logAppendTime } = this.#options;
    if (logAppendTime !== undefined) return logAppendTime;
    const delta = readVarlongExact({ buffer: this.buffer, position: this.#recordStart + 1, end: this.#recordEnd });
    // 64 bits wrap around in Java, and the deltas that producers write with them.
    return BigInt.asIntN(64, baseTimestamp + delta);
  }

  get headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return noHeaders;
    const bytes = { buffer: this.buffer, position: this.headersStart, end: this.#recordEnd };
    try {
      const headers = readHeaders(bytes, this.headerCount);
      if (bytes.position !== bytes.end) throw new DecodeError("bytes are left after its headers");
      return headers;
    } catch (error) {
      throw error instanceof DecodeError ? this.#malformed(error.message, bytes.position) : error;
    }
  }

  /**
   * Reads a record whose varints have one or two bytes each, as nearly all do, with its place in a local variable: twice as
   * fast as the general way. Answers false, and reads nothing, for any other record, and for one that is malformed.
   */
  #readShort(): boolean {
    const { buffer } = this;
    const start = this.#recordEnd;
    const rawLength = shortVarint(buffer, start);
    if (rawLength > largestShort || (rawLength & 1) !== 0) return false;
    const body = start + shortSize(rawLength);
    const end = body + (rawLength >>> 1);
    if (end > this.end) return false;

    let position = body + 1;
    const rawTimestamp = shortVarint(buffer, position);
    position += shortSize(rawTimestamp);
    const rawOffset = shortVarint(buffer, position);
    position += shortSize(rawOffset);
    const rawKey = shortVarint(buffer, position);
    const keyStart = position + shortSize(rawKey);
    const keyLength = zigZag(rawKey);
    position = keyLength > 0 ? keyStart + keyLength : keyStart;
    const rawValue = shortVarint(buffer, position);
    const valueStart = position + shortSize(rawValue);
    const valueLength = zigZag(rawValue);
    position = valueLength > 0 ? valueStart + valueLength : valueStart;
    const rawHeaders = shortVarint(buffer, position);
    position += shortSize(rawHeaders);
    if (
      (rawTimestamp | rawOffset | rawKey | rawValue | rawHeaders) > largestShort ||
      keyLength < -1 ||
      valueLength < -1
    )
      return false;
    // Nothing was checked against the record's end on the way, because every length only moved the place forward.
    const headerCount = zigZag(rawHeaders);
    if (
      position > end ||
      headerCount < 0 ||
      headerCount * 2 > end - position ||
      (headerCount === 0 && position !== end)
    )
      return false;

    this.#recordStart = body;
    this.#recordEnd = end;
    if (!this.#fixedTimestamp) this.timestamp = this.#baseTimestamp + zigZag(rawTimestamp);
    this.offsetDelta = zigZag(rawOffset);
    this.keyStart = keyStart;
    this.keyLength = keyLength;
    this.valueStart = valueStart;
    this.valueLength = valueLength;
    this.headersStart = position;
    this.headerCount = headerCount;
    return true;
  }

  /** Reads any record, and says which one is malformed, and where. */
  #readAny(): void {
    try {
      this.#readFields();
    } catch (error) {
      throw error instanceof DecodeError ? this.#malformed(error.message, this.position) : error;
    }
  }

  /** Reads the fields of any record; throws a DecodeError without a place for one that is malformed. */
  #readFields(): void {
    this.position = this.#recordEnd;
    const length = readVarint(this);
    const start = this.position;
    if (length < smallestRecord - 1 || length > this.end - start) throw new DecodeError(`its length is ${length}`);
    this.#recordStart = start;
    this.#recordEnd = start + length;
    this.position = start + 1;
    this.#readTimestamp();
    this.offsetDelta = readVarint(this);
    this.keyLength = readVarint(this);
    this.keyStart = this.position;
    this.#skip(this.keyLength, "key");
    this.valueLength = readVarint(this);
    this.valueStart = this.position;
    this.#skip(this.valueLength, "value");
    this.#readHeaderCount();
  }

  #readTimestamp(): void {
    const delta = readVarlong(this);
    if (this.#fixedTimestamp) return;
    const timestamp = this.#baseTimestamp + delta;
    // Beyond 2^53 base and delta are rounded each, while their sum need not be.
    this.timestamp =
      Number.isSafeInteger(delta) && Number.isSafeInteger(this.#baseTimestamp)
        ? timestamp
        : Number(this.exactTimestamp);
  }

  #skip(length: number, part: string): void {
    if (length < -1 || length > this.#recordEnd - this.position)
      throw new DecodeError(`its ${part} has length ${length}`);
    if (length > 0) this.position += length;
  }

  #readHeaderCount(): void {
    const count = readVarint(this);
    this.headerCount = count;
    this.headersStart = this.position;
    const left = this.#recordEnd - this.position;
    // A header takes two bytes at least. Without headers the record has to end here.
    if (count < 0 || count * 2 > left || (count === 0 && left !== 0))
      throw new DecodeError(`it has ${count} headers in ${left} bytes`);
  }

  /** After the last record: the bytes have to be used up, or the count was wrong. */
  #finish(): false {
    if (this.#recordEnd !== this.end) {
      const { baseOffset } = this.#options;
      throw new DecodeError(
        `The batch at offset ${baseOffset} has ${this.end - this.#recordEnd} bytes left after its last record.`,
        { position: this.#recordEnd, offset: baseOffset },
      );
    }
    return false;
  }

  #malformed(problem: string, position: number): DecodeError {
    const { count, baseOffset } = this.#options;
    const index = count - this.#remaining - 1;
    return new DecodeError(`Record ${index} of the batch at offset ${baseOffset} is malformed: ${problem}.`, {
      position,
      offset: baseOffset,
    });
  }
}
