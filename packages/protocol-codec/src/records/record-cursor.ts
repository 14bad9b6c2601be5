import { DecodeError } from "../errors.js";
import { readVarint, readVarlong, readVarlongExact } from "../wire/varint.js";
import { noHeaders, RecordCursor } from "./record.js";
import type { RecordHeader } from "./record.js";

/** What a cursor has to know of the batch that its records came from. */
export interface RecordCursorOptions {
  /** The uncompressed records. */
  readonly buffer: Buffer;
  /** Where in the buffer the first record begins. */
  readonly start: number;
  /** Where the last record ends. */
  readonly end: number;
  readonly count: number;
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

  constructor(options: RecordCursorOptions) {
    super(options.buffer);
    const { start, end, count, logAppendTime } = options;
    if (count < 0 || count * smallestRecord > end - start) {
      throw new DecodeError(`A batch says it has ${count} records, which ${end - start} bytes cannot hold.`, { position: start });
    }
    this.position = start;
    this.end = end;
    this.#remaining = count;
    this.#recordEnd = start;
    this.#options = options;
    this.#baseTimestamp = Number(options.baseTimestamp);
    this.#fixedTimestamp = logAppendTime !== undefined;
    if (logAppendTime !== undefined) this.timestamp = Number(logAppendTime);
  }

  next(): boolean {
    this.position = this.#recordEnd;
    if (this.#remaining === 0) return this.#finish();
    this.#remaining--;
    const length = readVarint(this);
    const start = this.position;
    if (length < smallestRecord - 1 || length > this.end - start) throw this.#malformed(`its length is ${length}`);
    this.#recordStart = start;
    this.#recordEnd = start + length;
    this.position = start + 1;
    const timestampDelta = readVarlong(this);
    if (!this.#fixedTimestamp) this.timestamp = this.#baseTimestamp + timestampDelta;
    this.offsetDelta = readVarint(this);
    this.keyLength = readVarint(this);
    this.keyStart = this.position;
    this.#skip(this.keyLength, "key");
    this.valueLength = readVarint(this);
    this.valueStart = this.position;
    this.#skip(this.valueLength, "value");
    this.#readHeaderCount();
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
    return baseTimestamp + readVarlongExact({ buffer: this.buffer, position: this.#recordStart + 1, end: this.#recordEnd });
  }

  get headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return noHeaders;
    const bytes = { buffer: this.buffer, position: this.headersStart, end: this.#recordEnd };
    const headers: RecordHeader[] = [];
    for (let index = 0; index < this.headerCount; index++) {
      const name = readBytes(bytes);
      if (name === null) throw this.#malformed("a header has no name");
      headers.push([name.toString("utf8"), readBytes(bytes)]);
    }
    if (bytes.position !== bytes.end) throw this.#malformed("bytes are left after its headers");
    return headers;
  }

  #skip(length: number, part: string): void {
    if (length < -1 || length > this.#recordEnd - this.position) throw this.#malformed(`its ${part} has length ${length}`);
    if (length > 0) this.position += length;
  }

  #readHeaderCount(): void {
    const count = readVarint(this);
    this.headerCount = count;
    this.headersStart = this.position;
    const left = this.#recordEnd - this.position;
    // A header takes two bytes at least. Without headers the record has to end here.
    if (count < 0 || count * 2 > left || (count === 0 && left !== 0)) throw this.#malformed(`it has ${count} headers in ${left} bytes`);
  }

  /** After the last record: the bytes have to be used up, or the count was wrong. */
  #finish(): false {
    if (this.position !== this.end) {
      throw new DecodeError(`A batch has ${this.end - this.position} bytes left after its last record.`, { position: this.position });
    }
    return false;
  }

  #malformed(problem: string): DecodeError {
    const index = this.#options.count - this.#remaining - 1;
    return new DecodeError(`Record ${index} of the batch at offset ${this.#options.baseOffset} is malformed: ${problem}.`, {
      position: this.position,
      offset: this.#options.baseOffset,
    });
  }
}

function readBytes(bytes: { buffer: Buffer; position: number; end: number }): Buffer | null {
  const length = readVarint(bytes);
  if (length === -1) return null;
  const start = bytes.position;
  if (length < 0 || length > bytes.end - start) throw new DecodeError(`A header's length is ${length} at byte ${start}.`, { position: start });
  bytes.position = start + length;
  return bytes.buffer.subarray(start, bytes.position);
}
