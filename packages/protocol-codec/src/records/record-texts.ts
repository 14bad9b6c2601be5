import { readUtf8 } from "../wire/utf8.js";

/** A stretch of a buffer with records in it. */
export interface RecordStretch {
  readonly buffer: Buffer;
  /** Where the first record begins. */
  readonly start: number;
  /** Where the last record ends. */
  readonly end: number;
  /** How many there are. */
  readonly count: number;
}

/*
 * To make a string of bytes takes a call out of JavaScript, 65 ns for as little as one byte. Where records are short, that
 * is more than all the rest of their reading. So a window of the buffer is made one string, each byte a character, and a
 * text in it that is ASCII is cut out of that string: V8 copies up to 12 characters, and lets longer ones share the window's.
 */

/** Bytes of a window: what a text that is kept can keep alive at most. Larger ones gain nothing, and smaller ones little less. */
const windowBytes = 8 * 1024;

/** Where records, or a text, are longer on average, looking whether they are ASCII costs more than the call. */
const longestShort = 256;

/** Fewer records do not earn the window back. */
const fewestRecords = 4;

/** So many texts more that were not ASCII than texts that were, and no further one is looked at. */
const patience = 16;

/** Reads keys and values of records as UTF-8, best in the order in which they stand. */
export class RecordTexts {
  readonly #buffer: Buffer;
  readonly #end: number;
  /** Whether windows are of use. */
  #windowed: boolean;
  #notAscii = 0;
  #window = "";
  #windowStart: number;
  #windowEnd: number;
  /** The buffer's memory four bytes at a time, and how many bytes before the buffer it begins. */
  #words: Int32Array = noWords;
  #lead = 0;

  constructor({ buffer, start, end, count }: RecordStretch) {
    this.#buffer = buffer;
    this.#end = end;
    this.#windowStart = start;
    this.#windowEnd = start;
    this.#windowed = count >= fewestRecords && end - start <= count * longestShort;
  }

  /** The text of some of the bytes; null when the length is negative. The caller has checked that the bytes are there. */
  read(start: number, length: number): string | null {
    if (length < 0) return null;
    const end = start + length;
    // Windows only move forward: whoever goes to and fro would have a new one made for every text.
    if (!this.#windowed || length > longestShort || start < this.#windowStart)
      return readUtf8(this.#buffer, start, end);
    if (end > this.#windowEnd) this.#moveTo(start);
    if (this.#isAscii(start, end)) {
      if (this.#notAscii > 0) this.#notAscii--;
      return this.#window.substring(start - this.#windowStart, end - this.#windowStart);
    }
    if (++this.#notAscii > patience) this.#windowed = false;
    return readUtf8(this.#buffer, start, end);
  }

  #moveTo(start: number): void {
    const buffer = this.#buffer;
    if (this.#words === noWords) {
      this.#lead = buffer.byteOffset % 4;
      const from = buffer.byteOffset - this.#lead;
      this.#words = new Int32Array(buffer.buffer, from, (this.#lead + buffer.length) >>> 2);
    }
    this.#windowStart = start;
    this.#windowEnd = Math.min(this.#end, start + windowBytes);
    this.#window = buffer.toString("latin1", start, this.#windowEnd);
  }

  #isAscii(start: number, end: number): boolean {
    const buffer = this.#buffer;
    const words = this.#words;
    let seen = 0;
    let position = start;
    for (; position < end && ((position + this.#lead) & 3) !== 0; position++) seen |= buffer[position] ?? 0;
    let word = (position + this.#lead) >>> 2;
    const last = (end + this.#lead) >>> 2;
    let wide = 0;
    for (; word + 4 <= last; word += 4)
      wide |= (words[word] ?? 0) | (words[word + 1] ?? 0) | (words[word + 2] ?? 0) | (words[word + 3] ?? 0);
    for (; word < last; word++) wide |= words[word] ?? 0;
    for (position = Math.max(position, last * 4 - this.#lead); position < end; position++)
      seen |= buffer[position] ?? 0;
    return ((seen & 0x80) | (wide & highBits)) === 0;
  }
}

const noWords = new Int32Array(0);

/** The highest bit of each of four bytes, which is not set in ASCII. */
const highBits = 0x80808080 | 0;
