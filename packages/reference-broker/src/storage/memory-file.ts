/**
 * The bytes of a file in memory: a list of chunks that only ever grow at the end, so that a read inside one chunk is a view.
 *
 * ```
 *   starts   0        4096              12288
 *   chunks   [####....][################][######......]     capacity doubles up to 1 MiB; size marks where the bytes end
 * ```
 *
 * Views that were handed out stay as they are: cutting the file replaces the chunk that is cut, it never rewrites bytes in place
 * below the new end.
 */
export class MemoryFile {
  #chunks: Buffer[] = [];
  #starts: number[] = [];
  #capacity = 0;
  #size = 0;
  #flushedSize = 0;

  /** Bytes in the file. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that would survive a power failure: those present at the last {@link MemoryFile.flush} and not cut since. */
  get flushedSize(): number {
    return this.#flushedSize;
  }

  /** Up to `length` bytes at `position`: a view when they lie in one chunk, else a copy. */
  read(position: number, length: number): Buffer {
    const end = Math.min(position + length, this.#size);
    if (position >= end) return Buffer.alloc(0);
    const index = this.#chunkAt(position);
    const first = this.#slice(index, position, end);
    if (first.length === end - position) return first;
    const copy = Buffer.allocUnsafe(end - position);
    let copied = first.copy(copy);
    for (let next = index + 1; copied < copy.length; next++)
      copied += this.#slice(next, position + copied, end).copy(copy, copied);
    return copy;
  }

  /** Copies `bytes` to `position`, which is at most the size. */
  write(position: number, bytes: Buffer): void {
    this.#grow(position + bytes.length);
    let written = 0;
    for (let index = this.#chunkAt(position); written < bytes.length; index++) {
      const chunk = this.#chunks[index];
      const start = this.#starts[index];
      if (chunk === undefined || start === undefined)
        throw new RangeError(`no chunk for position ${position + written}`);
      written += bytes.copy(chunk, position + written - start, written);
    }
    this.#size = Math.max(this.#size, position + bytes.length);
  }

  /** Cuts the file to `size`, or fills it with zeros up to there. */
  truncate(size: number): void {
    if (size > this.#size) {
      this.write(this.#size, Buffer.alloc(size - this.#size));
      return;
    }
    const index = this.#chunkAt(size);
    const start = this.#starts[index] ?? 0;
    const kept = this.#chunks[index]?.subarray(0, size - start);
    this.#chunks.length = index;
    this.#starts.length = index;
    this.#capacity = start;
    this.#size = start;
    this.#flushedSize = Math.min(this.#flushedSize, size);
    if (kept !== undefined && kept.length > 0) this.write(start, kept);
  }

  /** Counts everything written so far as safe from a power failure. */
  flush(): void {
    this.#flushedSize = this.#size;
  }

  /** A file of its own with the same bytes, or with the first `size` of them. */
  clone(size = this.#size): MemoryFile {
    const copy = new MemoryFile();
    copy.write(0, this.read(0, size));
    copy.#flushedSize = Math.min(this.#flushedSize, size);
    return copy;
  }

  #grow(needed: number): void {
    while (this.#capacity < needed) {
      const wanted = Math.max(
        minChunkBytes,
        Math.min(this.#capacity, maxChunkBytes),
        Math.min(needed - this.#capacity, maxChunkBytes),
      );
      this.#starts.push(this.#capacity);
      this.#chunks.push(Buffer.allocUnsafeSlow(wanted));
      this.#capacity += wanted;
    }
  }

  #slice(index: number, position: number, end: number): Buffer {
    const start = this.#starts[index] ?? 0;
    return this.#chunks[index]?.subarray(position - start, end - start) ?? Buffer.alloc(0);
  }

  /** The index of the chunk that holds `position`; the number of chunks when it lies behind the last. */
  #chunkAt(position: number): number {
    if (position >= this.#capacity) return this.#chunks.length;
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const minChunkBytes = 4096;
const maxChunkBytes = 1 << 20;
