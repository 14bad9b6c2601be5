import { IndexEntries } from "./index-entries.js";

/**
 * From offsets to file positions of one segment, sparsely: Kafka's `.index` file.
 *
 * An entry is 8 bytes: int32 last offset of a batch relative to the segment's base, int32 file position of that batch.
 */
export class OffsetIndex {
  readonly #entries: IndexEntries;

  private constructor(entries: IndexEntries) {
    this.#entries = entries;
  }

  /** An index without entries. */
  static empty(): OffsetIndex {
    return new OffsetIndex(new IndexEntries(entryBytes));
  }

  /** The index of a file's contents, or undefined when they cannot be the index of a log of `logBytes` bytes. */
  static parse(content: Buffer, logBytes: number): OffsetIndex | undefined {
    if (content.length % entryBytes !== 0) return undefined;
    for (let at = 0, offset = -1, position = -1; at < content.length; at += entryBytes) {
      const nextOffset = content.readInt32BE(at);
      const nextPosition = content.readInt32BE(at + 4);
      if (nextOffset <= offset || nextPosition <= position || nextPosition >= logBytes) return undefined;
      offset = nextOffset;
      position = nextPosition;
    }
    return new OffsetIndex(new IndexEntries(entryBytes, content));
  }

  /** Number of entries. */
  get count(): number {
    return this.#entries.count;
  }

  /** Whether an index file of at most `maxBytes` has no room for another entry. */
  isFull(maxBytes: number): boolean {
    return this.#entries.count >= Math.floor(maxBytes / entryBytes);
  }

  /** Adds an entry for the batch at `position`; both numbers have to be larger than those before. */
  append(relativeLastOffset: number, position: number): void {
    const start = this.#entries.add();
    this.#entries.bytes.writeInt32BE(relativeLastOffset, start);
    this.#entries.bytes.writeInt32BE(position, start + 4);
  }

  /** The largest position known to be at or before the batch that holds `relativeOffset`; 0 when there is no entry that low. */
  floorPosition(relativeOffset: number): number {
    const count = this.#entries.countWhile((start) => this.#entries.bytes.readInt32BE(start) <= relativeOffset);
    return count === 0 ? 0 : this.#entries.bytes.readInt32BE((count - 1) * entryBytes + 4);
  }

  /** The relative offset of the first entry at or behind a file position; undefined when there is none. */
  upperBound(position: number): number | undefined {
    const before = this.#entries.countWhile((start) => this.#entries.bytes.readInt32BE(start + 4) < position);
    return before === this.count ? undefined : this.#entries.bytes.readInt32BE(before * entryBytes);
  }

  /** The position of the last entry, where a search for the end of the log may begin; 0 without entries. */
  lastPosition(): number {
    return this.floorPosition(Number.POSITIVE_INFINITY);
  }

  /** Drops the entries at and behind `relativeOffset`. */
  truncateTo(relativeOffset: number): void {
    this.#entries.truncate(
      this.#entries.countWhile((start) => this.#entries.bytes.readInt32BE(start) < relativeOffset),
    );
  }

  /** The contents of the file. */
  content(): Buffer {
    return this.#entries.content();
  }
}

const entryBytes = 8;
