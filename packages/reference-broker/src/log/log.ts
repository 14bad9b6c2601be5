import type { Uuid } from "@moldau/protocol-codec";
import { type AppendOptions, prepareAppend } from "./append-preparation.js";
import type { AppendResult } from "./append-run.js";
import type { LogConfig } from "./log-config.js";
import type { LogContents } from "./log-contents.js";
import { LogError, storageFailure } from "./log-error.js";
import { refusesReads } from "./log-life.js";
import { applyRetention, deleteBefore, truncateTo } from "./log-trimming.js";
import { LogWriter } from "./log-writer.js";
import { openLog, type OpenLogOptions } from "./open-log.js";
import { writeProducerSnapshot } from "./producer-files.js";
import { checkEpoch, hasOpenTransaction, type ProducerEntry } from "./producer-entry.js";
import { findAborted, readLog, type ReadOptions } from "./read-log.js";
import type { ReadResult } from "./segment-reader.js";
import { findByTimestamp, findMaxTimestamp, type TimestampedOffset } from "./time-lookup.js";
import type { AbortedTransaction } from "./transaction-index.js";
import type { UnverifiedProducer, VerificationGuard } from "./verification.js";

/**
 * The records of one partition on one broker.
 *
 * ```
 *   logStartOffset ≤ lastStableOffset ≤ highWatermark ≤ logEndOffset
 * ```
 *
 * Errors are {@link LogError}s with the number for the response. When the storage fails a write, nothing has changed and the next one
 * is tried anew; when it fails in a way that leaves the outcome open (a flush, a torn write that cannot be cut off), the log takes no
 * more writes until it is opened again, and {@link PartitionLog.failure} says why.
 */
export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly #contents: LogContents;
  readonly #writer: LogWriter;
  readonly #listeners = new Set<() => void>();
  #followsEnd = true;
  #lastFlushMs: number;

  private constructor(options: OpenLogOptions, contents: LogContents) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.topicId = options.topicId;
    this.#contents = contents;
    this.#lastFlushMs = contents.clock.monotonic();
    this.#writer = new LogWriter(contents, () => this.#onChange());
  }

  /** Opens the log of a directory, recovering it if need be, or begins one. */
  static async open(options: OpenLogOptions): Promise<PartitionLog> {
    return new PartitionLog(options, await openLog(options));
  }

  /** Offset of the first record that can be read; records before it were deleted. */
  get logStartOffset(): bigint {
    return this.#contents.logStartOffset;
  }

  /** The offset that the next record will get. */
  get logEndOffset(): bigint {
    return this.#contents.logEndOffset;
  }

  /** Records below it are on every replica in sync, and may be shown to consumers. */
  get highWatermark(): bigint {
    return this.#contents.highWatermark;
  }

  /** Records below it belong to no open transaction; the high watermark when there is none. */
  get lastStableOffset(): bigint {
    const { producers, highWatermark, logStartOffset } = this.#contents;
    const unstable = producers.firstUnstableOffset();
    if (unstable === undefined || unstable >= highWatermark) return highWatermark;
    return unstable > logStartOffset ? unstable : logStartOffset;
  }

  /** Base offset of the segment that is written. */
  get activeSegmentBase(): bigint {
    return this.#contents.segments.active.baseOffset;
  }

  /** Number of segments. */
  get segmentCount(): number {
    return this.#contents.segments.count;
  }

  /** Bytes of all records. */
  get sizeInBytes(): number {
    return this.#contents.segments.sizeInBytes;
  }

  /** Bytes that were appended since the log was opened, whatever became of them; never gets smaller. */
  get appendedBytes(): number {
    return this.#contents.appendedBytes;
  }

  /** Everything below it is flushed: what `recovery-point-offset-checkpoint` is to say. */
  get recoveryPoint(): bigint {
    return this.#contents.recoveryPoint;
  }

  /** The newest leader epoch that wrote to the log, or -1. */
  get latestLeaderEpoch(): number {
    return this.#contents.epochs.latest;
  }

  /** Why the log takes no more writes, or undefined while all is well. A log directory with such a log was not cleanly left. */
  get failure(): LogError | undefined {
    const { life } = this.#writer;
    if (life.state === "failed") return life.error;
    return life.state === "closed" ? life.failure : undefined;
  }

  /** What is known of the producers that wrote to the log. */
  get producers(): readonly ProducerEntry[] {
    return this.#contents.producers.entries;
  }

  /**
   * Begins to verify that a producer has a transaction, before its first append of one: the guard goes into the append. Undefined when the
   * producer has a transaction open here in this epoch. Throws INVALID_PRODUCER_EPOCH for an epoch before the last one seen.
   */
  beginVerification(producer: UnverifiedProducer): VerificationGuard | undefined {
    const { producers, clock, name } = this.#contents;
    const entry = producers.entry(producer.producerId);
    checkEpoch(entry, producer.producerEpoch, { origin: "client", partitionName: name });
    if (hasOpenTransaction(entry, producer.producerEpoch)) return undefined;
    return producers.verifications.begin(producer, clock.now());
  }

  /**
   * Appends records and resolves when they are written (and flushed, where `flush.messages` asks for it).
   *
   * The buffer is the log's from now on: header fields are set in place. Appends get offsets in the order of the calls.
   */
  append(records: Buffer, options: AppendOptions): Promise<AppendResult> {
    return new Promise<AppendResult>((resolve, reject) => {
      this.#writer.submit({ ...prepareAppend(records, options, this.#contents), resolve, reject });
    });
  }

  /**
   * Reads whole batches from the one that holds `offset` on, out of one segment.
   *
   * Throws OFFSET_OUT_OF_RANGE below the log's start and behind its end.
   */
  async read(offset: bigint, options: ReadOptions): Promise<ReadResult> {
    return await this.#reading(async () => {
      for (;;) {
        const { truncations } = this.#contents;
        const result = await readLog(this.#contents, offset, options);
        if (truncations === this.#contents.truncations) return result;
      }
    });
  }

  /** The aborted transactions that overlap the records from `from` up to, not including, `to`: what a fetch of committed data is told. */
  async abortedTransactions(from: bigint, to: bigint): Promise<AbortedTransaction[]> {
    return await this.#reading(async () => await findAborted(this.#contents, from, to));
  }

  /** The first record that is not older than `ms` (milliseconds since 1970), or undefined when all are. */
  async offsetForTimestamp(ms: number): Promise<TimestampedOffset | undefined> {
    return await this.#reading(async () => await findByTimestamp(this.#contents, ms));
  }

  /** The record with the largest timestamp, or undefined in a log without any. */
  async maxTimestampOffset(): Promise<TimestampedOffset | undefined> {
    return await this.#reading(async () => await findMaxTimestamp(this.#contents));
  }

  /** The leader epoch under which the record at `offset` was written, or -1. */
  leaderEpochOf(offset: bigint): number {
    return this.#contents.epochs.epochOf(offset);
  }

  /** This broker leads the partition from here on under `epoch`, also before anything is written: what it ends where is known at once. */
  beginLeaderEpoch(epoch: number): void {
    this.#contents.epochs.assign(epoch, this.#contents.logEndOffset);
  }

  /** Where a leader epoch ends: the answer to OffsetForLeaderEpoch. Epoch -1 and offset -1n when it is unknown. */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    return this.#contents.epochs.endOffset(epoch, this.#contents.logEndOffset);
  }

  /** Calls `listener` after every change that those who wait may be interested in: appended, high watermark, truncated, closed. Returns how to stop it. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sets the high watermark of a replicated log, between the log's start and end. Until the first call it follows the log end by itself. */
  setHighWatermark(offset: bigint): void {
    this.#followsEnd = false;
    const { logStartOffset, logEndOffset } = this.#contents;
    const bounded = offset > logEndOffset ? logEndOffset : offset < logStartOffset ? logStartOffset : offset;
    if (bounded === this.#contents.highWatermark) return;
    this.#contents.highWatermark = bounded;
    this.#onChange();
  }

  /** Deletes the records before `offset`, -1n standing for the high watermark, and resolves with the log's new start. */
  async deleteBefore(offset: bigint): Promise<bigint> {
    return await this.#change(async () => {
      await deleteBefore(this.#contents, offset === -1n ? this.#contents.highWatermark : offset);
      return this.#contents.logStartOffset;
    });
  }

  /** Removes segments that are too old or too many, and resolves with their number. To be called every now and then. */
  async applyRetention(): Promise<number> {
    const roll = async (): Promise<void> => {
      await this.#writer.roll();
      await this.#writer.settled();
    };
    return await this.#change(async () => await applyRetention(this.#contents, roll));
  }

  /** Forgets producers that were silent for `producer.id.expiration.ms`. To be called every now and then. */
  async expireProducers(): Promise<void> {
    const { producers, clock, config } = this.#contents;
    await this.#change(async () => producers.expire(clock.now(), config.producerIdExpirationMs));
  }

  /** Cuts off the batch that holds `offset` and all behind it. */
  async truncateTo(offset: bigint): Promise<void> {
    await this.#change(async () => await truncateTo(this.#contents, offset));
  }

  /** Begins a new segment, if the active one has records. */
  async roll(): Promise<void> {
    await this.#change(async () => {
      if (this.#contents.segments.active.sizeInBytes > 0) await this.#writer.roll();
    });
  }

  /** Makes everything appended so far survive a power failure, and moves the recovery point. */
  async flush(): Promise<void> {
    await this.#change(async () => await this.#flush());
  }

  /** Flushes when something was appended and the last flush is `flush.ms` ago. To be called every now and then. */
  async flushIfDue(): Promise<void> {
    const { config, clock, recoveryPoint, logEndOffset } = this.#contents;
    if (recoveryPoint >= logEndOffset || clock.monotonic() - this.#lastFlushMs < config.flushMs) return;
    await this.flush();
  }

  /** Takes over a changed configuration; it holds for the next append. */
  updateConfig(config: LogConfig): void {
    this.#contents.config = config;
    for (const segment of this.#contents.segments.all()) segment.config = config;
  }

  /** Writes and flushes everything, and releases the files. Resolves also for a log whose storage failed; see {@link PartitionLog.failure}. Idempotent. */
  async close(): Promise<void> {
    await this.#writer.exclusive(async () => {
      const { state } = this.#writer.life;
      if (state === "closed" || state === "deleted") return;
      try {
        await this.#writer.settled();
        if (state === "open") await this.#leave();
      } finally {
        for (const segment of this.#contents.segments.all()) await segment.close();
        this.#writer.pass({ type: "close" });
      }
    });
  }

  /** Removes the log with its directory. Idempotent. */
  async delete(): Promise<void> {
    await this.#writer.exclusive(async () => {
      if (this.#writer.life.state === "deleted") return;
      this.#writer.pass({ type: "delete" });
      await this.#writer.settled();
      const { storage, dir, segments, topicId } = this.#contents;
      // Renamed first, as Kafka does, so that a crash leaves no half log under the topic's name.
      const doomed = doomedName(dir, topicId);
      await storage.rename(dir, doomed);
      for (const segment of segments.all()) await segment.close();
      await storage.removeDir(doomed);
    });
  }

  /** Runs a read, and tells what fails in the storage as what it is. */
  async #reading<T>(read: () => Promise<T>): Promise<T> {
    this.#requireReadable();
    try {
      return await read();
    } catch (error) {
      if (error instanceof LogError) throw error;
      throw storageFailure(`${this.#contents.name} could not be read`, error);
    }
  }

  async #change<T>(job: () => Promise<T>): Promise<T> {
    return await this.#writer.exclusive(async () => {
      this.#requireReadable();
      const { failure } = this;
      if (failure !== undefined) throw failure;
      try {
        // What is still being flushed must not be taken away.
        await this.#writer.settled();
        return await job();
      } catch (error) {
        if (error instanceof LogError) throw error;
        const broken = storageFailure(`${this.#contents.name} could not be changed`, error);
        this.#writer.pass({ type: "fail", error: broken });
        throw broken;
      }
    });
  }

  async #flush(): Promise<void> {
    const contents = this.#contents;
    await contents.segments.active.file.fsync();
    await contents.epochs.save();
    contents.recoveryPoint = contents.logEndOffset;
    this.#lastFlushMs = contents.clock.monotonic();
  }

  /** Leaves the files as a clean start expects them. */
  async #leave(): Promise<void> {
    const { storage, dir, segments, producers, logEndOffset } = this.#contents;
    try {
      await this.#flush();
      await segments.active.writeIndexes();
      await writeProducerSnapshot(storage, { dir, offset: logEndOffset, entries: producers.entries });
    } catch (error) {
      this.#writer.pass({ type: "fail", error: storageFailure(`${this.#contents.name} could not be closed`, error) });
    }
  }

  #requireReadable(): void {
    const refusal = refusesReads(this.#writer.life, this.#contents.name);
    if (refusal !== undefined) throw refusal;
  }

  #onChange(): void {
    const contents = this.#contents;
    if (this.#followsEnd) contents.highWatermark = contents.logEndOffset;
    contents.producers.onHighWatermark(contents.highWatermark);
    for (const listener of this.#listeners) listener();
  }
}

function doomedName(dir: string, topicId: Uuid): string {
  const suffix = `.${topicId.toString()}-delete`;
  const slash = dir.lastIndexOf("/") + 1;
  return dir.slice(0, slash) + dir.slice(slash).slice(0, 255 - suffix.length) + suffix;
}
