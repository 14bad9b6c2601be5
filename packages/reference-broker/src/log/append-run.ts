import {
  ErrorCode,
  type RecordBatch,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
} from "@moldau/protocol-codec";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import type { ProducerChanges } from "./producer-state.js";
import { duplicateOf, type RequiredVerification, trackProducer } from "./producer-tracking.js";
import type { AppendOrigin } from "./validation.js";

/** What an append gave. */
export interface AppendResult {
  /** Offset of the first record. */
  readonly firstOffset: bigint;
  /** Offset of the last record. */
  readonly lastOffset: bigint;
  /**
   * The broker's time given to the records, in milliseconds since 1970; -1 where records keep the producer's. For a duplicate: the
   * largest timestamp of the batch that was written the first time, as Apache Kafka answers.
   */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: bigint;
  /** Whether the producer had sent the same batch before; then nothing was written, and the offsets are the first ones. */
  readonly duplicate: boolean;
}

/** An append that waits for its turn. */
export interface PendingAppend {
  batches: readonly RecordBatch[];
  /** The bytes of all batches. */
  bytes: Buffer;
  readonly origin: AppendOrigin;
  readonly leaderEpoch: number;
  readonly transactionVersion: number;
  readonly verification: RequiredVerification | undefined;
  /** Checks that need time, because records are compressed, and the batch to take in place of the one that came. */
  readonly checked: Promise<RecordBatch> | undefined;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/** An append that has its offsets and goes into the next write. */
export interface StagedAppend {
  readonly append: PendingAppend;
  readonly result: AppendResult;
}

/** Appends that are written together: their offsets, bytes and what they change in the producer state. */
export class AppendRun {
  readonly #contents: LogContents;
  readonly changes: ProducerChanges;
  readonly staged: StagedAppend[] = [];
  readonly duplicates: StagedAppend[] = [];
  #nextOffset: bigint;
  #sizeInBytes = 0;

  constructor(contents: LogContents) {
    this.#contents = contents;
    this.changes = contents.producers.change();
    this.#nextOffset = contents.logEndOffset;
  }

  /** The log's end offset once the run is written. */
  get nextOffset(): bigint {
    return this.#nextOffset;
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** Answers an append that repeats an earlier one; true when it does. */
  takeDuplicate(append: PendingAppend): boolean {
    const [batch] = append.batches;
    if (append.origin !== "client" || batch === undefined) return false;
    const original = duplicateOf(batch, this.#contents.producers, this.changes);
    if (original === undefined) return false;
    const { firstOffset, lastOffset, timestamp } = original;
    this.duplicates.push({
      append,
      result: this.#result({ firstOffset, lastOffset, logAppendTimeMs: timestamp, duplicate: true }),
    });
    return true;
  }

  /** Whether the append has to go to a new segment. Its offsets are set by this. */
  needsRoll(append: PendingAppend, now: number): boolean {
    this.#setOffsets(append, now);
    let maxTimestamp = -1;
    for (const batch of append.batches) maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp);
    const lastOffset = append.batches.at(-1)?.lastOffset ?? this.#nextOffset;
    const question = {
      sizeInBytes: append.bytes.length,
      maxTimestamp,
      lastOffset,
      pendingBytes: this.#sizeInBytes,
      now,
    };
    return this.#contents.segments.active.shouldRoll(question);
  }

  /** Adds an append, whose offsets are set, to the run. Throws when its producer may not write it. */
  stage(append: PendingAppend, now: number): void {
    const { batches, origin, transactionVersion, verification } = append;
    const { changes } = this;
    const options = { origin, partitionName: this.#contents.name, changes, transactionVersion, verification };
    for (const batch of batches) trackProducer(batch, this.#contents.producers, options);
    const firstOffset = batches[0]?.baseOffset ?? this.#nextOffset;
    const lastOffset = batches.at(-1)?.lastOffset ?? firstOffset;
    const logAppendTimeMs = this.#stampsTime(origin) ? now : -1;
    this.staged.push({ append, result: this.#result({ firstOffset, lastOffset, logAppendTimeMs, duplicate: false }) });
    this.#nextOffset = lastOffset + 1n;
    this.#sizeInBytes += append.bytes.length;
  }

  #setOffsets(append: PendingAppend, now: number): void {
    const [batch] = append.batches;
    if (batch === undefined) return;
    if (append.origin === "replication") {
      if (batch.baseOffset >= this.#nextOffset) return;
      throw new LogError(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        `replicated records for ${this.#contents.name} begin at ${batch.baseOffset}, the log ends at ${this.#nextOffset}`,
      );
    }
    setBaseOffset(batch.buffer, batch.start, this.#nextOffset);
    setPartitionLeaderEpoch(batch.buffer, batch.start, append.leaderEpoch);
    if (this.#stampsTime(append.origin)) setLogAppendTime(batch.buffer, batch.start, now);
  }

  #stampsTime(origin: AppendOrigin): boolean {
    return origin !== "replication" && this.#contents.config.messageTimestampType === "LogAppendTime";
  }

  #result(facts: Omit<AppendResult, "logStartOffset">): AppendResult {
    return { ...facts, logStartOffset: this.#contents.logStartOffset };
  }
}
