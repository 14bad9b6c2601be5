import { ErrorCode, writeTransactionMarker } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import type { Clock } from "@moldau/platform";
import { appendFailure, CoordinatorError, markerFailure } from "./coordinator-error.js";
import { LogError } from "../log/log-error.js";
import type { EndMarker } from "../transactions/marker.js";
import {
  replay,
  type CoordinatorAppendOptions,
  type CoordinatorLog,
  type LogPosition,
  type ReplayVisitor,
  type TransactionalProducer,
} from "./coordinator-log.js";
import { transition, type ShardEvent, type ShardLife } from "./shard-life.js";

/** What every shard is given by its coordinator. */
export interface ShardOptions {
  /** The partition, as its folder is named: `__transaction_state-7`. */
  readonly name: string;
  readonly log: CoordinatorLog;
  /** The epoch of this broker's leadership of the partition. */
  readonly leaderEpoch: number;
  readonly clock: Clock;
  /** Hears of failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}

/** What a kind of coordinator keeps in its log: how its records are written, read and applied. */
export interface ShardContents<Entry> {
  /** One batch of these records, stamped with a time in milliseconds; part of a producer's transaction where one is given. */
  encode(records: readonly Entry[], timestamp: number, producer?: TransactionalProducer): Buffer;
  /** Takes a record that is in the log, live or in a replay: nothing else changes the state that the log tells of. */
  apply(record: Entry, position: LogPosition): void;
  /** Takes what a replay shows: decodes it and hands it to {@link apply}. */
  readonly replayed: ReplayVisitor;
}

/**
 * The state of a coordinator in one partition of an internal topic: loading, one writer, append → apply → answer.
 *
 * A shard works on one thing at a time. An operation computes records and answer from the state, appends the records, and only when they
 * are in the log applies them and answers; a failed append changes nothing, and its error is the answer. Groups, transactions and share
 * groups are shards with contents of their own.
 */
export class CoordinatorShard<Entry> {
  readonly #options: ShardOptions;
  readonly #contents: ShardContents<Entry>;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #closing = new AbortController();
  #life: ShardLife = { state: "loading" };
  #leaderEpoch: number;

  constructor(options: ShardOptions, contents: ShardContents<Entry>) {
    this.#options = options;
    this.#contents = contents;
    this.#leaderEpoch = options.leaderEpoch;
  }

  /** Whether {@link close} was called: what still waits for its turn is not worth doing. */
  get isClosed(): boolean {
    return this.#life.state === "closed";
  }

  /** Whether the log is still being replayed: clients are turned away, what the broker itself wants done has to wait. */
  get isLoading(): boolean {
    return this.#life.state === "loading";
  }

  /** Whether it serves. */
  get isActive(): boolean {
    return this.#life.state === "active";
  }

  /** Whether its log could not be read, so that nothing is known of what it holds. */
  get isFailed(): boolean {
    return this.#life.state === "failed";
  }

  /** The epoch of this broker's leadership of the partition, by which others tell an older coordinator from a newer. */
  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  /** Replays the log, then begins to serve with `loaded`. Never fails: a log that cannot be read is reported and leaves a shard that serves nobody. */
  async load(loaded: () => void): Promise<void> {
    await this.#queue.add(async () => {
      try {
        await replay(this.#options.log, this.#contents.replayed, this.#closing.signal);
        if (this.#pass({ type: "loaded" }) === "active") loaded();
      } catch (error) {
        this.#pass({ type: "unreadable" });
        this.#options.onError(unreadable(this.#options.name, error));
      }
    });
  }

  /** This broker leads the partition in a later epoch, without having lost it in between. */
  raiseLeaderEpoch(epoch: number): void {
    this.#leaderEpoch = Math.max(this.#leaderEpoch, epoch);
  }

  /** Throws a {@link CoordinatorError} that says why this shard does not serve, when it does not. */
  assertActive(): void {
    if (this.#life.state === "loading") throw new CoordinatorError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    if (this.#life.state !== "active") throw new CoordinatorError(ErrorCode.NOT_COORDINATOR);
  }

  /** Does something behind everything that was asked for before. Rejects with a {@link CoordinatorError} when the shard does not serve. */
  async inTurn<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
    // Twice, because the shard may be closed while the operation waits for its turn; a shard that loads does not make anybody wait.
    this.assertActive();
    return this.#queue.add(() => {
      this.assertActive();
      return work();
    });
  }

  /** Does something in its turn that no request waits for, unless the shard does not serve by then. What fails is reported. */
  inBackground(work: () => void | Promise<void>): void {
    this.#queue.add(() => (this.#life.state === "active" ? work() : undefined)).catch(this.#options.onError);
  }

  /**
   * Appends records as one batch and applies them; to be called in a turn. Rejects with a {@link CoordinatorError}, and with nothing applied,
   * when the log refuses. With a producer they are a part of its transaction, and settled by {@link endTransaction}.
   */
  async append(records: readonly Entry[], producer?: TransactionalProducer): Promise<void> {
    if (records.length === 0) return;
    const firstOffset = await this.#write(
      () => this.#contents.encode(records, this.#options.clock.now(), producer),
      { verification: producer?.verification },
      appendFailure,
    );
    const producerId = producer?.producerId ?? -1n;
    for (const [index, record] of records.entries())
      this.#contents.apply(record, { offset: firstOffset + BigInt(index), producerId });
  }

  /**
   * Appends the marker that ends a producer's transaction, and lets what it wrote count or not; to be called in a turn. Rejects with a
   * {@link CoordinatorError} that carries the log's own error, and with nothing settled, when the log refuses the marker.
   */
  async endTransaction(marker: EndMarker): Promise<void> {
    const { producerId, producerEpoch, coordinatorEpoch, isCommit, transactionVersion } = marker;
    const timestamp = this.#options.clock.now();
    const header = { producerId, producerEpoch, coordinatorEpoch, timestamp };
    await this.#write(
      () => writeTransactionMarker(isCommit ? "COMMIT" : "ABORT", header),
      { transactionVersion },
      markerFailure,
    );
    this.#contents.replayed.marker(producerId, isCommit);
  }

  /** Stops serving; `farewell` runs when what is under way is over, and answers those who wait. Idempotent. */
  async close(farewell: () => void): Promise<void> {
    this.#pass({ type: "close" });
    this.#closing.abort();
    await this.#queue.add(farewell);
  }

  async #write(
    makeBatch: () => Buffer,
    options: Omit<CoordinatorAppendOptions, "leaderEpoch" | "origin">,
    failure: (error: unknown) => CoordinatorError,
  ): Promise<bigint> {
    const { log, onError } = this.#options;
    try {
      const all = { ...options, leaderEpoch: this.#leaderEpoch, origin: "coordinator" } as const;
      return (await log.append(makeBatch(), all)).firstOffset;
    } catch (error) {
      // The client hears that something is wrong, and whoever runs the broker has to hear what.
      if (!(error instanceof LogError)) onError(error);
      throw failure(error);
    }
  }

  #pass(event: ShardEvent): ShardLife["state"] {
    this.#life = transition(this.#life, event);
    return this.#life.state;
  }
}

/** What is told of a log that cannot be replayed. */
function unreadable(name: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${name} cannot be read, so nothing that it is about is served: ${reason}`, { cause });
}
