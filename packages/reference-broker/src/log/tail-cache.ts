/**
 * The last bytes of the active segment in memory, so that readers who follow closely never wait for the disk.
 *
 * Appended buffers are copied once, here, into blocks; the file is written from these blocks, and readers get views of them. An
 * appended buffer never crosses blocks, so every block begins and ends with a whole batch.
 *
 * ```
 *   file   …………………[ block ][ block    ][ block     …free ]
 *                  ^ first position kept               ^ end
 * ```
 */
export class TailCache {
  readonly #maxBytes: number;
  #blocks: Block[] = [];
  #end = 0;
  #cachedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Forgets everything; the next bytes go to file position `end`. */
  reset(end: number): void {
    this.#blocks = [];
    this.#cachedBytes = 0;
    this.#end = end;
  }

  /** Copies a buffer behind the end and returns the copy. */
  append(bytes: Buffer): Buffer {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.bytes.length - block.used < bytes.length) block = this.#addBlock(bytes.length);
    const start = block.used;
    bytes.copy(block.bytes, start);
    block.used += bytes.length;
    this.#end += bytes.length;
    return block.bytes.subarray(start, block.used);
  }

  /** Takes back what was appended at and behind `end`: the write failed. Nobody may have been given views of it. */
  rollback(end: number): void {
    for (
      let block = this.#blocks.at(-1);
      block !== undefined && block.position + block.used > end;
      block = this.#blocks.at(-1)
    ) {
      if (block.position < end) {
        block.used = end - block.position;
        break;
      }
      this.#blocks.pop();
      this.#cachedBytes -= block.bytes.length;
    }
    this.#end = end;
  }

  /** Drops the oldest blocks beyond the limit. The newest block stays. */
  trim(): void {
    while (this.#cachedBytes > this.#maxBytes && this.#blocks.length > 1) {
      this.#cachedBytes -= this.#blocks.shift()?.bytes.length ?? 0;
    }
  }

  /** Views of the bytes from `position`, at most `length`, or undefined when they begin before the cache. */
  read(position: number, length: number): Buffer[] | undefined {
    const first = this.#blocks[0];
    if (first === undefined || position < first.position) return undefined;
    const end = Math.min(position + length, this.#end);
    const views: Buffer[] = [];
    for (const block of this.#blocks) {
      if (block.position >= end) break;
      if (block.position + block.used <= position) continue;
      views.push(
        block.bytes.subarray(Math.max(0, position - block.position), Math.min(block.used, end - block.position)),
      );
    }
    return views;
  }

  #addBlock(needed: number): Block {
    const previous = this.#blocks.at(-1)?.bytes.length ?? smallestBlockBytes / 2;
    const size = Math.max(
      needed,
      Math.min(previous * 2, largestBlockBytes, Math.max(smallestBlockBytes, this.#maxBytes >>> 1)),
    );
    const block = { position: this.#end, bytes: Buffer.allocUnsafeSlow(size), used: 0 };
    this.#blocks.push(block);
    this.#cachedBytes += size;
    return block;
  }
}

interface Block {
  readonly position: number;
  readonly bytes: Buffer;
  used: number;
}

// A quiet partition costs one small block; a busy one gets few large ones.
const smallestBlockBytes = 4096;
const largestBlockBytes = 256 * 1024;
