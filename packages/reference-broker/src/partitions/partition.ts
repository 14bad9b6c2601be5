import { ErrorCode, type Uuid } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { AppendOptions } from "../log/append-preparation.js";
import type { AppendResult } from "../log/append-run.js";
import type { LogConfig } from "../log/log-config.js";
import { LogError } from "../log/log-error.js";
import type { PartitionLog } from "../log/log.js";
import type { ProducerEntry } from "../log/producer-entry.js";
import type { ReadOptions } from "../log/read-log.js";
import type { ReadResult } from "../log/segment-reader.js";
import type { TimestampedOffset } from "../log/time-lookup.js";
import type { AbortedTransaction } from "../log/transaction-index.js";
import type { UnverifiedProducer, VerificationGuard } from "../log/verification.js";
import { transition, type PartitionEvent, type PartitionLife } from "./partition-life.js";
import { leadsAlone, replicatedUpTo } from "./replicas.js";
import { VisibleBytes } from "./visible-bytes.js";

/** What a {@link Partition} is made of. */
export interface PartitionOptions {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly clock: Clock;
}

/** How records are appended to a partition: under the epoch of its leader, whoever asks. */
export interface PartitionAppendOptions extends Omit<AppendOptions, "leaderEpoch"> {
  /** The epoch in which the writer believes this broker to lead; in a later one it is refused. Default: whichever it is. */
  readonly leaderEpoch?: number;
}

/** Who waits for something to happen to a partition. */
export interface PartitionWatcher {
  /** Records became visible, were cut off or deleted, or this broker leads no longer. Must not throw. */
  changed(partition: Partition): void;
}

/** How many bytes of a log became visible, to either kind of reader. */
interface Visible {
  readonly all: VisibleBytes;
  readonly committed: VisibleBytes;
}

/**
 * A partition as one broker has it: what handlers and coordinators speak to. It knows whether this broker leads, in which epoch and with
 * which replicas; the records are its log's.
 *
 * Whatever is asked of a partition that this broker does not lead throws or rejects with a {@link LogError} that sends the client
 * looking for the leader. What a log refuses comes through as it is.
 */
export class Partition {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly #clock: Clock;
  readonly #watchers = new Set<PartitionWatcher>();
  #life: PartitionLife = { state: "offline" };
  #unhear: (() => void) | undefined;
  #visible: Visible | undefined;

  constructor({ topic, partition, topicId, clock }: PartitionOptions) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = topicId;
    this.#clock = clock;
  }

  /** What this broker is to the partition at this moment. */
  get life(): PartitionLife {
    return this.#life;
  }

  /** Whether records can be appended and read here. */
  get isLed(): boolean {
    return this.#life.state === "leader";
  }

  /** The epoch in which this broker leads. */
  get leaderEpoch(): number {
    return this.#leading().leadership.leaderEpoch;
  }

  /** How many replicas are in sync, this one among them. */
  get inSyncCount(): number {
    return this.#leading().progress.isr.length;
  }

  /** Offset of the first record that can be read. */
  get logStartOffset(): bigint {
    return this.#leading().log.logStartOffset;
  }

  /** The offset that the next record will get. */
  get logEndOffset(): bigint {
    return this.#leading().log.logEndOffset;
  }

  /** Records below it are on every replica in sync, and may be shown to consumers. */
  get highWatermark(): bigint {
    return this.#leading().log.highWatermark;
  }

  /** Records below it belong to no open transaction. */
  get lastStableOffset(): bigint {
    return this.#leading().log.lastStableOffset;
  }

  /** Bytes of all records. */
  get sizeInBytes(): number {
    return this.#leading().log.sizeInBytes;
  }

  /** The newest leader epoch that wrote to the log, or -1. */
  get latestLeaderEpoch(): number {
    return this.#leading().log.latestLeaderEpoch;
  }

  /** Goes on in its life. For the one who keeps the broker's partitions; wakes whoever waits for something to happen here. */
  pass(event: PartitionEvent): void {
    const before = this.#life;
    this.#life = transition(before, event);
    if (this.#life === before) return;
    if (this.#life.state === "leader") this.#lead(this.#life);
    else this.#listenTo(undefined);
    this.#tell();
  }

  /**
   * Begins to verify that a producer has a transaction, before its first append of one; see {@link PartitionLog.beginVerification}. Throws
   * when this broker does not lead.
   */
  beginVerification(producer: UnverifiedProducer): VerificationGuard | undefined {
    return this.#leading().log.beginVerification(producer);
  }

  /** What the partition knows of the producers that wrote to it. */
  get producers(): readonly ProducerEntry[] {
    return this.#leading().log.producers;
  }

  /** Appends one batch and resolves when it is written here; see {@link Partition.whenReplicated} for the others. */
  append(records: Buffer, { leaderEpoch: believed, ...options }: PartitionAppendOptions): Promise<AppendResult> {
    const life = this.#life;
    if (life.state !== "leader") return Promise.reject(this.#refusal());
    const { leaderEpoch } = life.leadership;
    if (believed !== undefined && believed !== leaderEpoch) return Promise.reject(this.#refusal());
    return life.log.append(records, { ...options, leaderEpoch });
  }

  /**
   * Resolves when every replica in sync has the records below `offset`: what acks -1 waits for. Rejects with REQUEST_TIMED_OUT after
   * `timeoutMs`, and with NOT_LEADER_OR_FOLLOWER when this broker leads no longer; the records may get to the others all the same.
   */
  async whenReplicated(offset: bigint, { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    if (this.highWatermark >= offset) return;
    const { leaderEpoch } = this;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        timer.cancel();
        this.unwatch(watcher);
        settle();
      };
      const timer = this.#clock.timer(timeoutMs, () =>
        end(() =>
          reject(
            this.#error(
              ErrorCode.REQUEST_TIMED_OUT,
              `does not have every record below ${offset} on all replicas in sync`,
            ),
          ),
        ),
      );
      const watcher: PartitionWatcher = {
        changed: () => {
          if (!this.isLed || this.leaderEpoch !== leaderEpoch) end(() => reject(this.#refusal()));
          else if (this.highWatermark >= offset) end(resolve);
        },
      };
      this.watch(watcher);
    });
  }

  /** Reads whole batches from the one that holds `offset` on. Rejects with OFFSET_OUT_OF_RANGE outside the log. */
  async read(offset: bigint, options: ReadOptions): Promise<ReadResult> {
    return await this.#leading().log.read(offset, options);
  }

  /** The aborted transactions that overlap the records from `from` up to, not including, `to`. */
  async abortedTransactions(from: bigint, to: bigint): Promise<AbortedTransaction[]> {
    return await this.#leading().log.abortedTransactions(from, to);
  }

  /** The first record that is not older than `ms` (milliseconds since 1970), or undefined when all are. */
  async offsetForTimestamp(ms: number): Promise<TimestampedOffset | undefined> {
    return await this.#leading().log.offsetForTimestamp(ms);
  }

  /** The record with the largest timestamp, or undefined in a log without any. */
  async maxTimestampOffset(): Promise<TimestampedOffset | undefined> {
    return await this.#leading().log.maxTimestampOffset();
  }

  /** The leader epoch under which the record at `offset` was written, or -1. */
  leaderEpochOf(offset: bigint): number {
    return this.#leading().log.leaderEpochOf(offset);
  }

  /** Where a leader epoch ends; epoch -1 and offset -1n when it is unknown. */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    return this.#leading().log.endOffsetForEpoch(epoch);
  }

  /** Deletes the records before `offset`, -1n standing for the high watermark, and resolves with the new start. */
  async deleteBefore(offset: bigint): Promise<bigint> {
    return await this.#leading().log.deleteBefore(offset);
  }

  /** Takes over a changed configuration; it holds for the next append. */
  updateConfig(config: LogConfig): void {
    if (this.#life.state === "leader") this.#life.log.updateConfig(config);
  }

  /**
   * How many bytes became visible to readers of committed data, or to the others, since this broker began to lead. Only differences mean
   * something.
   */
  visibleBytes(committedOnly: boolean): number {
    this.#leading();
    return (committedOnly ? this.#visible?.committed.total : this.#visible?.all.total) ?? 0;
  }

  /** Tells `watcher` of every change from now on, until {@link Partition.unwatch}. */
  watch(watcher: PartitionWatcher): void {
    this.#watchers.add(watcher);
  }

  /** Ends what {@link Partition.watch} began. */
  unwatch(watcher: PartitionWatcher): void {
    this.#watchers.delete(watcher);
  }

  #lead({ leadership, progress, log }: Extract<PartitionLife, { state: "leader" }>): void {
    log.beginLeaderEpoch(leadership.leaderEpoch);
    // From here on the mark follows the replicas in sync; a log that this broker has alone moves it by itself.
    if (!leadsAlone(progress)) log.setHighWatermark(log.highWatermark);
    this.#listenTo(log);
    this.#moveHighWatermark();
  }

  #listenTo(log: PartitionLog | undefined): void {
    this.#unhear?.();
    this.#unhear = log?.onAppended(() => {
      this.#moveHighWatermark();
      this.#count(log);
      this.#tell();
    });
    this.#visible =
      log === undefined
        ? undefined
        : { all: new VisibleBytes(log.logEndOffset), committed: new VisibleBytes(log.logEndOffset) };
    if (log !== undefined) this.#count(log);
  }

  #count(log: PartitionLog): void {
    const { logEndOffset: logEnd, appendedBytes, highWatermark, lastStableOffset } = log;
    this.#visible?.all.note({ logEnd, appendedBytes, visibleEnd: highWatermark });
    this.#visible?.committed.note({ logEnd, appendedBytes, visibleEnd: lastStableOffset });
  }

  #moveHighWatermark(): void {
    if (this.#life.state !== "leader") return;
    const { log, progress } = this.#life;
    if (log.highWatermark === log.logEndOffset) return;
    const replicated = replicatedUpTo(progress, { logEnd: log.logEndOffset, floor: log.highWatermark });
    if (replicated > log.highWatermark) log.setHighWatermark(replicated);
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher.changed(this);
  }

  #leading(): Extract<PartitionLife, { state: "leader" }> {
    if (this.#life.state !== "leader") throw this.#refusal();
    return this.#life;
  }

  #refusal(): LogError {
    switch (this.#life.state) {
      case "failed":
        return this.#error(ErrorCode.KAFKA_STORAGE_ERROR, "could not be opened by this broker");
      case "removed":
        return this.#error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "was deleted");
      default:
        return this.#error(ErrorCode.NOT_LEADER_OR_FOLLOWER, "is not led by this broker");
    }
  }

  #error(errorCode: number, what: string): LogError {
    return new LogError(errorCode, `the partition ${this.topic}-${this.partition} ${what}`);
  }
}
