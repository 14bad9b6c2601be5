/**
 * Fixed-size entries in a growing buffer: what the offset index and the time index have in common.
 *
 * Kafka maps its index files into memory; here the entries of an active segment are held in memory and written as a file when the
 * segment is rolled, flushed or closed. After a crash they are rebuilt from the log, as in Kafka.
 */
export class IndexEntries {
  readonly entryBytes: number;
  #bytes: Buffer;
  #count: number;

  constructor(entryBytes: number, content: Buffer = Buffer.alloc(0)) {
    this.entryBytes = entryBytes;
    this.#bytes = content;
    this.#count = Math.floor(content.length / entryBytes);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an entry and returns where in {@link IndexEntries.bytes} it is to be written. */
  add(): number {
    const start = this.#count * this.entryBytes;
    if (start + this.entryBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(64 * this.entryBytes, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#count += 1;
    return start;
  }

  /** The buffer of the entries; valid until the next {@link IndexEntries.add}. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Drops all entries from number `count` on. */
  truncate(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** The number of leading entries for which `holds` is true; it has to be false for all after the first for which it is false. */
  countWhile(holds: (start: number) => boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle * this.entryBytes)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The entries as the contents of a file. */
  content(): Buffer {
    return this.#bytes.subarray(0, this.#count * this.entryBytes);
  }
}
