import { limitExceeded } from "./codec.js";
import type { CompressionName } from "./codec.js";

/**
 * The output of a decompressor: a buffer that grows with what is really written, and never beyond the caller's limit.
 * What a payload declares about its size is at most a hint here, so a lie costs nothing.
 */
export class GrowingOutput {
  buffer: Buffer;
  /** Bytes written so far. */
  length = 0;
  readonly #name: CompressionName;
  readonly #limit: number;

  constructor(name: CompressionName, limit: number, expected: number) {
    this.#name = name;
    this.#limit = limit;
    this.buffer = Buffer.allocUnsafe(Math.max(0, Math.min(expected, limit)));
  }

  /** Makes room for `more` bytes behind those written; throws DecodeError when that exceeds the limit. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    if (needed > this.#limit) throw limitExceeded(this.#name, this.#limit);
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.buffer.length * 2), this.#limit));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  /** Appends bytes as they are. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written, as a view. */
  taken(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
