import { IndexEntries } from "./index-entries.js";

/** A timestamp and the offset at which the log had reached it, relative to the segment's base. */
export interface TimeIndexEntry {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly relativeOffset: number;
}

/**
 * From timestamps to offsets of one segment, sparsely: Kafka's `.timeindex` file.
 *
 * An entry is 12 bytes: int64 largest timestamp so far, int32 relative last offset of the batch that has it. Timestamps strictly grow.
 */
export class TimeIndex {
  readonly #entries: IndexEntries;

  private constructor(entries: IndexEntries) {
    this.#entries = entries;
  }

  /** An index without entries. */
  static empty(): TimeIndex {
    return new TimeIndex(new IndexEntries(entryBytes));
  }

  /** The index of a file's contents, or undefined when they are not well-formed. */
  static parse(content: Buffer): TimeIndex | undefined {
    if (content.length % entryBytes !== 0) return undefined;
    for (let at = 0, timestamp = -1n, offset = -1; at < content.length; at += entryBytes) {
      const nextTimestamp = content.readBigInt64BE(at);
      const nextOffset = content.readInt32BE(at + 8);
      if (nextTimestamp <= timestamp || nextOffset < offset) return undefined;
      timestamp = nextTimestamp;
      offset = nextOffset;
    }
    return new TimeIndex(new IndexEntries(entryBytes, content));
  }

  /** Number of entries. */
  get count(): number {
    return this.#entries.count;
  }

  /** Whether an index file of at most `maxBytes` has room for no more than the entry that closes the segment. */
  isFull(maxBytes: number): boolean {
    return this.#entries.count >= Math.floor(maxBytes / entryBytes) - 1;
  }

  /** Adds an entry unless the timestamp is no larger than the last one's. */
  append({ timestamp, relativeOffset }: TimeIndexEntry): void {
    if (timestamp <= (this.last()?.timestamp ?? -1)) return;
    const start = this.#entries.add();
    this.#entries.bytes.writeBigInt64BE(BigInt(timestamp), start);
    this.#entries.bytes.writeInt32BE(relativeOffset, start + 8);
  }

  /** The last entry with a timestamp of at most `timestamp`, if any. */
  floor(timestamp: number): TimeIndexEntry | undefined {
    return this.#entry(this.#entries.countWhile((start) => this.#timestampAt(start) <= timestamp) - 1);
  }

  /** The entry with the largest timestamp, if any. */
  last(): TimeIndexEntry | undefined {
    return this.#entry(this.#entries.count - 1);
  }

  /** Drops the entries at and behind `relativeOffset`. */
  truncateTo(relativeOffset: number): void {
    this.#entries.truncate(
      this.#entries.countWhile((start) => this.#entries.bytes.readInt32BE(start + 8) < relativeOffset),
    );
  }

  /** The contents of the file. */
  content(): Buffer {
    return this.#entries.content();
  }

  #entry(index: number): TimeIndexEntry | undefined {
    if (index < 0) return undefined;
    const start = index * entryBytes;
    return { timestamp: this.#timestampAt(start), relativeOffset: this.#entries.bytes.readInt32BE(start + 8) };
  }

  #timestampAt(start: number): number {
    return this.#entries.bytes.readInt32BE(start) * 0x1_0000_0000 + this.#entries.bytes.readUInt32BE(start + 4);
  }
}

const entryBytes = 12;
