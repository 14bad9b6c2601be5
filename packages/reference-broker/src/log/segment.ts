import type { Storage, StorageFile } from "../storage/storage.js";
import { type OffsetHalves, offsetHalves } from "./batch-header.js";
import { type ScannedBatch, scanBatches } from "./batch-scanner.js";
import type { LogConfig } from "./log-config.js";
import { logFilePath, suffixes } from "./log-files.js";
import { type IndexedBatch, SegmentIndexes } from "./segment-indexes.js";
import { TransactionIndex } from "./transaction-index.js";

/** How a segment is opened. */
export interface SegmentOptions {
  readonly storage: Storage;
  readonly dir: string;
  readonly baseOffset: bigint;
  readonly config: LogConfig;
  /** Time of opening, in milliseconds since 1970. */
  readonly now: number;
  /** Taken off `segmentMs` for this segment. Default 0. */
  readonly rollJitterMs?: number;
  /** Works out which transactions were aborted in a segment whose index files are absent or damaged. Default: none were. */
  readonly findAborted?: (segment: Segment) => Promise<TransactionIndex>;
}

/** The next append, for the question whether it needs a new segment. */
export interface RollQuestion {
  readonly sizeInBytes: number;
  readonly maxTimestamp: number;
  readonly lastOffset: bigint;
  /** Bytes that are about to be written before it. */
  readonly pendingBytes: number;
  readonly now: number;
}

/**
 * One `.log` file with its indexes: the records from its base offset up to the base offset of the next segment.
 *
 * The indexes of a segment that is no longer written are read when first needed; they take 2 to 5 MiB for every GiB of log.
 */
export class Segment {
  readonly baseOffset: bigint;
  /** The base offset in halves, for offsets relative to it without BigInt. */
  readonly base: OffsetHalves;
  readonly file: StorageFile;
  readonly #options: SegmentOptions;
  #config: LogConfig;
  #indexes: SegmentIndexes | undefined;
  #loading: Promise<SegmentIndexes> | undefined;
  #sizeInBytes: number;
  #lastModifiedMs: number;
  /** Largest timestamp of the first batch; undefined while unknown. */
  #firstTimestamp: number | undefined;
  #readers = 0;
  #whenUnread: (() => void) | undefined;
  #unread: Promise<void> | undefined;
  readonly #positionHints = new Map<number, number>();
  #truncations = 0;

  private constructor(options: SegmentOptions, file: StorageFile) {
    this.baseOffset = options.baseOffset;
    this.base = offsetHalves(options.baseOffset);
    this.file = file;
    this.#options = options;
    this.#config = options.config;
    this.#sizeInBytes = file.size();
    this.#lastModifiedMs = options.now;
  }

  /** Opens the segment's log file, which has to exist; the indexes are not touched yet. */
  static async open(options: SegmentOptions): Promise<Segment> {
    const file = await options.storage.open(logFilePath(options.dir, options.baseOffset, suffixes.log));
    return new Segment(options, file);
  }

  /** Makes a segment without records, emptying what an interrupted attempt left. */
  static async create(options: SegmentOptions): Promise<Segment> {
    const file = await options.storage.open(logFilePath(options.dir, options.baseOffset, suffixes.log), {
      create: true,
    });
    try {
      if (file.size() > 0) await file.truncate(0);
    } catch (error) {
      await file.close();
      throw error;
    }
    const segment = new Segment(options, file);
    segment.#indexes = SegmentIndexes.empty(options.baseOffset);
    return segment;
  }

  /** Bytes of whole, visible batches. */
  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** How often the segment was cut back: a reader compares it before and after. */
  get truncations(): number {
    return this.#truncations;
  }

  /** The indexes when they are in memory, as those of the segment that is written always are. */
  get loadedIndexes(): SegmentIndexes | undefined {
    return this.#indexes;
  }

  /** Takes over a changed configuration. */
  set config(config: LogConfig) {
    this.#config = config;
  }

  /** An offset relative to the base; beyond int32 when it does not belong into this segment. */
  relative(offset: bigint): number {
    return Number(offset - this.baseOffset);
  }

  /** The indexes, read from their files, or built from the log when those are absent or damaged. */
  async indexes(): Promise<SegmentIndexes> {
    if (this.#indexes !== undefined) return this.#indexes;
    this.#loading ??= this.#loadIndexes();
    try {
      return await this.#loading;
    } finally {
      this.#loading = undefined;
    }
  }

  /** The youngest record's time, or else the time of the last append: what retention by time goes by. */
  async retentionTimestamp(): Promise<number> {
    const { maxTimestamp } = await this.indexes();
    return maxTimestamp >= 0 ? maxTimestamp : this.#lastModifiedMs;
  }

  /** Takes the outcome of recovery: how far the log is good, and the indexes of that part. */
  adopt(indexes: SegmentIndexes, sizeInBytes: number): void {
    indexes.countAnew();
    this.#indexes = indexes;
    this.#sizeInBytes = sizeInBytes;
    this.#positionHints.clear();
    this.#truncations += 1;
    this.#firstTimestamp = undefined;
  }

  /** Takes note of a batch that was written behind the last one. */
  noteWritten(batch: IndexedBatch, now: number): void {
    const position = this.#sizeInBytes;
    if (position === 0) this.#firstTimestamp = batch.maxTimestamp;
    this.#indexes?.add(batch, position, this.#config.indexIntervalBytes);
    this.#sizeInBytes = position + batch.sizeInBytes;
    this.#lastModifiedMs = now;
  }

  /** Cuts the log to `sizeInBytes`, which has to be a batch's end, and everything at and behind `offset` from the indexes. */
  async truncate(offset: bigint, sizeInBytes: number): Promise<void> {
    const { transactions } = await this.indexes();
    transactions.truncateTo(offset);
    await this.file.truncate(sizeInBytes);
    const source = {
      file: this.file,
      logBytes: sizeInBytes,
      transactions,
      intervalBytes: this.#config.indexIntervalBytes,
    };
    this.adopt(await SegmentIndexes.build(this.baseOffset, source), sizeInBytes);
  }

  /** The batches from a position on, which has to be a batch's beginning, without a look at their checksums. */
  scan(from: number): AsyncGenerator<ScannedBatch, void, undefined> {
    return scanBatches(this.file, { from, to: this.#sizeInBytes, verifyCrc: false });
  }

  /** Finds out the time of the first batch, by which rolling goes, when the segment was not begun by this process. */
  async loadFirstTimestamp(): Promise<void> {
    if (this.#firstTimestamp !== undefined || this.#sizeInBytes === 0) return;
    for await (const { batch } of this.scan(0)) {
      this.#firstTimestamp = batch.maxTimestamp;
      return;
    }
  }

  /** Whether a batch has to go to a new segment instead, by the rules of Kafka's `LogSegment.shouldRoll`. */
  shouldRoll({ sizeInBytes, maxTimestamp, lastOffset, pendingBytes, now }: RollQuestion): boolean {
    const size = this.#sizeInBytes + pendingBytes;
    if (size === 0) return false;
    const { segmentBytes, segmentMs, segmentIndexBytes } = this.#config;
    if (size > segmentBytes - sizeInBytes || this.relative(lastOffset) > 0x7fff_ffff) return true;
    // By the records' own time where they have one: old timestamps may hasten or prevent it, as in Kafka.
    const first = this.#firstTimestamp ?? -1;
    const waitedMs = first >= 0 ? maxTimestamp - first : now - this.#options.now;
    if (waitedMs > segmentMs - (this.#options.rollJitterMs ?? 0)) return true;
    return this.#indexes?.isFull(segmentIndexBytes) ?? false;
  }

  /** Writes and flushes the index files, with the largest timestamp as the last entry of the time index. */
  async writeIndexes(): Promise<void> {
    const indexes = this.#indexes;
    if (indexes === undefined) return;
    indexes.noteLargestTime();
    await this.#writeIndex(suffixes.offsetIndex, indexes.offsets.content());
    await this.#writeIndex(suffixes.timeIndex, indexes.times.content());
    if (indexes.transactions.count > 0)
      await this.#writeIndex(suffixes.transactionIndex, indexes.transactions.content());
    else await this.#options.storage.remove(this.#path(suffixes.transactionIndex));
  }

  /** A position from which a search for the batch with `relativeOffset` may begin. */
  searchStart(relativeOffset: number, indexes: SegmentIndexes): number {
    return this.#positionHints.get(relativeOffset) ?? indexes.offsets.floorPosition(relativeOffset);
  }

  /** Remembers where the batch that begins with `relativeOffset` stands, for the reader who comes back for it. */
  hintPosition(relativeOffset: number, position: number): void {
    if (this.#positionHints.size >= maxPositionHints) {
      const [oldest] = this.#positionHints.keys();
      if (oldest !== undefined) this.#positionHints.delete(oldest);
    }
    this.#positionHints.set(relativeOffset, position);
  }

  /** Runs a read during which the file stays open, whatever happens to the segment meanwhile. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) this.#whenUnread?.();
    }
  }

  /** Closes the file once nobody reads it any more. Idempotent; to be called when no new reader can come. */
  async close(): Promise<void> {
    this.#unread ??= this.#readers === 0 ? Promise.resolve() : new Promise((resolve) => (this.#whenUnread = resolve));
    await this.#unread;
    await this.file.close();
  }

  /** Removes the segment's files: renamed first, so that a crash in between leaves no half segment. */
  async remove(): Promise<void> {
    const { storage } = this.#options;
    const doomed: string[] = [];
    for (const suffix of [suffixes.log, suffixes.offsetIndex, suffixes.timeIndex, suffixes.transactionIndex]) {
      const path = this.#path(suffix);
      if (!(await storage.exists(path))) continue;
      await storage.rename(path, path + suffixes.deleted);
      doomed.push(path + suffixes.deleted);
    }
    await this.close();
    for (const path of doomed) await storage.remove(path);
  }

  async #loadIndexes(): Promise<SegmentIndexes> {
    const { storage } = this.#options;
    const files = {
      offsets: await storage.readFile(this.#path(suffixes.offsetIndex)),
      times: await storage.readFile(this.#path(suffixes.timeIndex)),
      transactions: await storage.readFile(this.#path(suffixes.transactionIndex)),
    };
    let indexes = SegmentIndexes.parse(this.baseOffset, files, this.#sizeInBytes);
    if (indexes === undefined) {
      const transactions = (await this.#options.findAborted?.(this)) ?? TransactionIndex.empty();
      const source = {
        file: this.file,
        logBytes: this.#sizeInBytes,
        transactions,
        intervalBytes: this.#config.indexIntervalBytes,
      };
      indexes = await SegmentIndexes.build(this.baseOffset, source);
      this.#indexes = indexes;
      await this.writeIndexes();
    }
    this.#indexes = indexes;
    return indexes;
  }

  async #writeIndex(suffix: string, content: Buffer): Promise<void> {
    const file = await this.#options.storage.open(this.#path(suffix), { create: true });
    try {
      await file.truncate(0);
      await file.writev(0, [content]);
      await file.fsync();
    } finally {
      await file.close();
    }
  }

  #path(suffix: string): string {
    return logFilePath(this.#options.dir, this.baseOffset, suffix);
  }
}

const maxPositionHints = 16;
