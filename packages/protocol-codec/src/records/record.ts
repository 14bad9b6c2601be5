import { BufferView } from "../wire/buffer-view.js";
import { RecordTexts, type RecordStretch } from "./record-texts.js";

/**
 * Headers of a record to write: an object (a header repeats by a list of values), or pairs where order and repetition matter,
 * as a list, a Map or the headers of a message that was received.
 */
export type RecordHeaders =
  | Readonly<Record<string, Uint8Array | string | null | readonly (Uint8Array | string | null)[]>>
  | Iterable<readonly [name: string, value: Uint8Array | string | null]>;

/** One header as read: its name, and its value's bytes or null. */
export type RecordHeader = readonly [name: string, value: Buffer | null];

/** A record as read from a batch. Its bytes are views of the batch's buffer and keep that alive. */
export interface LogRecord {
  /** Position in the partition. */
  readonly offset: bigint;
  /** Milliseconds since 1970, -1 when there is none; rounded beyond 2^53. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In the order they were written, repetitions kept. */
  readonly headers: readonly RecordHeader[];
}

/**
 * Walks over the records of one batch without making an object for each: after `next()` returned true the fields tell
 * where the record's parts lie in `buffer`, whose bytes must not change meanwhile.
 *
 *     for (const cursor = batch.open(); cursor.next(); ) use(cursor.buffer, cursor.valueStart, cursor.valueLength);
 */
export abstract class RecordCursor {
  /** The bytes that the positions refer to: the batch's own, or the decompressed payload. */
  readonly buffer: Buffer;
  /** Offset of the record less the batch's base offset. */
  offsetDelta = 0;
  /** Milliseconds since 1970, -1 when there is none; rounded beyond 2^53 (see `exactTimestamp`). */
  timestamp = -1;
  keyStart = 0;
  /** Length of the key in bytes, -1 for null. */
  keyLength = -1;
  valueStart = 0;
  /** Length of the value in bytes, -1 for null. */
  valueLength = -1;
  headerCount = 0;
  /** Where the headers begin: each a varint length and name, then a varint length (-1 null) and value. */
  headersStart = 0;

  /** @internal Makes the views of key and value; a message that outlives the cursor's step can do so later. */
  readonly view: BufferView;

  readonly #stretch: RecordStretch;
  #texts: RecordTexts | undefined = undefined;

  protected constructor(stretch: RecordStretch) {
    this.buffer = stretch.buffer;
    this.view = new BufferView(stretch.buffer);
    this.#stretch = stretch;
  }

  /** Moves to the next record; false when there is none. Throws DecodeError when the bytes are not a record. */
  abstract next(): boolean;

  /** A new cursor before the first record of the same batch; nothing is decompressed again. */
  abstract restart(): RecordCursor;

  /** The record's offset in the partition. */
  abstract get offset(): bigint;

  /** The record's timestamp without rounding. */
  abstract get exactTimestamp(): bigint;

  /** The record's headers, read anew at every call. Throws DecodeError when they are malformed. */
  abstract get headers(): readonly RecordHeader[];

  /** The record's key as a view of the buffer. */
  get key(): Buffer | null {
    return this.view.bytes(this.keyStart, this.keyLength);
  }

  /** The record's value as a view of the buffer. */
  get value(): Buffer | null {
    return this.view.bytes(this.valueStart, this.valueLength);
  }

  /**
   * The record's key read as UTF-8, as `key.toString()` gives it, in less time. Where records are short, a text of 13
   * to 256 ASCII characters may share memory with its neighbours': kept for long, it keeps up to 8 KiB.
   */
  get keyText(): string | null {
    return this.#reader().read(this.keyStart, this.keyLength);
  }

  /** The record's value read as UTF-8, as `value.toString()` gives it, in less time, and with the memory that `keyText` says. */
  get valueText(): string | null {
    return this.#reader().read(this.valueStart, this.valueLength);
  }

  #reader(): RecordTexts {
    return (this.#texts ??= new RecordTexts(this.#stretch));
  }
}

/** The headers of a record that has none. */
export const noHeaders: readonly RecordHeader[] = Object.freeze([]);
