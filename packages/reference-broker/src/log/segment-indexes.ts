import type { StorageFile } from "../storage/storage.js";
import { scanBatches } from "./batch-scanner.js";
import { OffsetIndex } from "./offset-index.js";
import { TimeIndex } from "./time-index.js";
import { TransactionIndex } from "./transaction-index.js";

/** What the indexes need to know of a batch. */
export interface IndexedBatch {
  readonly sizeInBytes: number;
  readonly lastOffset: bigint;
  readonly maxTimestamp: number;
}

/** The contents of a segment's index files; undefined for a file that is not there. */
export interface IndexFiles {
  readonly offsets: Buffer | undefined;
  readonly times: Buffer | undefined;
  readonly transactions: Buffer | undefined;
}

/** The three indexes of a segment, and what is kept up with them: its largest timestamp. */
export class SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  readonly transactions: TransactionIndex;
  readonly #baseOffset: bigint;
  #bytesSinceEntry = 0;
  #maxTimestamp = -1;
  #offsetOfMaxTimestamp: bigint;

  private constructor(
    baseOffset: bigint,
    indexes: { offsets: OffsetIndex; times: TimeIndex; transactions: TransactionIndex },
  ) {
    this.offsets = indexes.offsets;
    this.times = indexes.times;
    this.transactions = indexes.transactions;
    this.#baseOffset = baseOffset;
    const last = indexes.times.last();
    this.#maxTimestamp = last?.timestamp ?? -1;
    this.#offsetOfMaxTimestamp = baseOffset + BigInt(last?.relativeOffset ?? 0);
  }

  /** The indexes of a segment without records; those of transactions may be given. */
  static empty(baseOffset: bigint, transactions: TransactionIndex = TransactionIndex.empty()): SegmentIndexes {
    return new SegmentIndexes(baseOffset, { offsets: OffsetIndex.empty(), times: TimeIndex.empty(), transactions });
  }

  /**
   * The indexes in a segment's files, or undefined when one of them is not well-formed, or that of offsets or times absent. No file of
   * transactions says that none was aborted.
   */
  static parse(baseOffset: bigint, files: IndexFiles, logBytes: number): SegmentIndexes | undefined {
    const offsets = files.offsets === undefined ? undefined : OffsetIndex.parse(files.offsets, logBytes);
    const times = files.times === undefined ? undefined : TimeIndex.parse(files.times);
    const transactions =
      files.transactions === undefined
        ? TransactionIndex.empty()
        : TransactionIndex.parse(files.transactions, baseOffset);
    if (offsets === undefined || times === undefined || transactions === undefined) return undefined;
    return new SegmentIndexes(baseOffset, { offsets, times, transactions });
  }

  /** The indexes of the first `logBytes` of a log file, built from its batches, which are trusted. */
  static async build(baseOffset: bigint, source: IndexSource): Promise<SegmentIndexes> {
    const indexes = SegmentIndexes.empty(baseOffset, source.transactions);
    for await (const { batch, position } of scanBatches(source.file, {
      from: 0,
      to: source.logBytes,
      verifyCrc: false,
    })) {
      indexes.add(batch, position, source.intervalBytes);
    }
    return indexes;
  }

  /** The largest timestamp in the segment; -1 when no record has one. */
  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** Last offset of the first batch with the largest timestamp. */
  get offsetOfMaxTimestamp(): bigint {
    return this.#offsetOfMaxTimestamp;
  }

  /** Takes note of the batch at `position`, behind all others; an entry is made when `intervalBytes` have passed since the last one. */
  add(batch: IndexedBatch, position: number, intervalBytes: number): void {
    const { lastOffset, maxTimestamp, sizeInBytes } = batch;
    if (maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = maxTimestamp;
      this.#offsetOfMaxTimestamp = lastOffset;
    }
    if (this.#bytesSinceEntry > intervalBytes) {
      this.offsets.append(Number(lastOffset - this.#baseOffset), position);
      this.noteLargestTime();
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += sizeInBytes;
  }

  /** Makes sure that the last time entry is the largest timestamp, as Kafka does when a segment is left. */
  noteLargestTime(): void {
    const relativeOffset = Number(this.#offsetOfMaxTimestamp - this.#baseOffset);
    this.times.append({ timestamp: this.#maxTimestamp, relativeOffset });
  }

  /** Counts the bytes up to the next entry from here on, as Apache Kafka does in a segment that it opened, recovered or cut. */
  countAnew(): void {
    this.#bytesSinceEntry = 0;
  }

  /** Whether index files of at most `maxBytes` have no room for another entry. */
  isFull(maxBytes: number): boolean {
    return this.offsets.isFull(maxBytes) || this.times.isFull(maxBytes);
  }
}

/** A log file to build indexes from. */
export interface IndexSource {
  readonly file: StorageFile;
  readonly logBytes: number;
  readonly transactions: TransactionIndex;
  readonly intervalBytes: number;
}
