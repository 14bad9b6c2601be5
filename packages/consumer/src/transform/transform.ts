import { asKafkaError, Backoff, clientAborted, linkSignals, type AttemptPace } from "@moldau/connection-pool";
import { ConsumerErrorCode, transformFailed } from "../errors.js";
import type { RetryNotice } from "../events.js";
import type { TransactionalOffsets } from "../offsets/transactional-offsets.js";
import { BatchLoop } from "../reading/batch-loop.js";
import type { MessageBatch } from "../reading/message-batch.js";
import type { Reader } from "../reading/reader.js";
import { FailedAttempts } from "./failed-attempts.js";
import { IdleCommits } from "./idle-commits.js";
import { OneTransaction, type TransformParts } from "./one-transaction.js";
import type { ResolvedTransformOptions, TransformWork } from "./transform-options.js";

/** What a transform is made of. */
export interface TransformInit<Result> {
  readonly reader: Reader;
  readonly offsets: TransactionalOffsets;
  readonly pace: AttemptPace;
  readonly options: ResolvedTransformOptions<Result>;
  readonly work: TransformWork<Result>;
  /** How often it is committed where reading stands while there is nothing to read, in milliseconds. */
  readonly commitIntervalMs: number;
  /** Fires when the consumer is closed. */
  readonly closing: AbortSignal;
  /** Fires when work that still runs after that is not waited for any longer. */
  readonly abandoned: AbortSignal;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * Reads, works, writes and commits, one transaction after the other, until reading ends.
 *
 *            a batch                committed
 *   ┌──▶ reading ──▶ in transaction ─────────▶ (next)
 *   │                    │ failed
 *   │    paused       ▼
 *   └───────────── gone back ──▶ ended: tried often enough, or the producer is of no use any more
 *
 * A batch is in the loop's hand until its transaction is settled, so that a rebalance, and closing, wait for that as for any batch in hand.
 */
export class Transform<Result> {
  readonly #init: TransformInit<Result>;
  readonly #parts: TransformParts<Result>;
  readonly #failures: FailedAttempts;
  readonly #idleCommits: IdleCommits;
  readonly #backoff: Backoff;

  constructor(init: TransformInit<Result>) {
    const { reader, offsets, pace, options, work, abandoned } = init;
    const { maxMessages, signal, attempts } = options;
    this.#init = init;
    const { clock } = pace;
    const { producer } = options;
    const wake = (): void => reader.interrupt();
    this.#idleCommits = new IdleCommits({ ...init, clock, producer, intervalMs: init.commitIntervalMs, wake });
    const loop = new BatchLoop(reader, { maxMessages, signal, idle: () => this.#idleCommits.look() });
    this.#parts = { clock, loop, offsets, options, work, abandoned };
    this.#failures = new FailedAttempts({ most: attempts, atLeastMs: options.retryForMs, clock });
    this.#backoff = new Backoff(pace.retry, pace.random);
  }

  /** Resolves when reading has ended; throws what ended it before that. */
  async run(): Promise<void> {
    const { producer, signal } = this.#init.options;
    await producer.fence(signal === undefined ? {} : { signal });
    try {
      for await (const batch of this.#parts.loop) await this.#transact(batch);
    } finally {
      this.#idleCommits.stop();
    }
  }

  async #transact(first: MessageBatch): Promise<void> {
    const transaction = new OneTransaction(this.#parts, first, { isAlone: this.#failures.hasAny });
    try {
      await transaction.run();
    } catch (error) {
      return this.#recover(transaction, error);
    }
    this.#idleCommits.committed();
    this.#failures.passed(transaction.batches);
    this.#backoff.reset();
  }

  /** Throws when there is no use in another attempt. */
  async #recover(transaction: OneTransaction<Result>, thrown: unknown): Promise<void> {
    const { options, closing, retrying } = this.#init;
    const error = asKafkaError(thrown, ConsumerErrorCode.TRANSFORM_FAILED);
    await transaction.undo();
    if (options.signal?.aborted === true) throw clientAborted(options.signal);
    // Others have the partitions, or will have them, or reading goes on elsewhere: that is nobody's failure.
    if (transaction.isDisowned || transaction.wasMoved || closing.aborted)
      return retrying({ operation: "transform", error, delayMs: 0 });
    if (!transaction.isBegun && !error.retriable) throw error;
    const hopeless = this.#failures.count(transaction.blamed);
    if (hopeless !== undefined) throw transformFailed(hopeless.batch, hopeless.attempts, thrown);
    const delayMs = this.#backoff.next();
    retrying({ operation: "transform", error, delayMs });
    await this.#pause(delayMs);
  }

  /** The next step says what it means when the pause was ended early. */
  async #pause(delayMs: number): Promise<void> {
    const { signal, unlink } = linkSignals(this.#init.options.signal, this.#init.closing);
    await this.#init.pace.clock.sleep(delayMs, signal).catch(() => undefined);
    unlink();
  }
}
