import { asKafkaError, type Clock, type OffsetsInTransaction, type Timer } from "@moldau/connection-pool";
import { ConsumerErrorCode } from "../errors.js";
import type { RetryNotice } from "../events.js";
import type { TransactionalOffsets } from "../offsets/transactional-offsets.js";
import type { TransactionalProducer } from "./transactional-producer.js";

/** What commits without messages need, and whom they tell. */
export interface IdleCommitsInit {
  readonly clock: Clock;
  readonly offsets: TransactionalOffsets;
  readonly producer: TransactionalProducer<never>;
  /** Fires when the consumer is closed, and its producer may be. */
  readonly closing: AbortSignal;
  /** How often they are made at most, in milliseconds. */
  readonly intervalMs: number;
  /** Lets whoever waits for messages look again, and with that call {@link IdleCommits.look}. */
  readonly wake: () => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** Each wakes the reader, in milliseconds. */
const shortestMs = 100;

/**
 * Commits, now and then, where a transform stands while there is nothing to read: where reading began by `startFrom`, so that whoever follows
 * begins there and not later, and what was stepped over, such as the marks of other transactions. Between messages these go with the next transaction.
 */
export class IdleCommits {
  readonly #init: IdleCommitsInit;
  #dueAt: number;
  #timer: Timer | undefined;

  constructor(init: IdleCommitsInit) {
    this.#init = { ...init, intervalMs: Math.max(init.intervalMs, shortestMs) };
    this.#dueAt = init.clock.monotonic() + this.#init.intervalMs;
  }

  /** Everything that was due has been committed. */
  committed(): void {
    this.#dueAt = this.#init.clock.monotonic() + this.#init.intervalMs;
  }

  /** There is nothing to read: commits if it is time, and looks again when it is the next time. Throws when the producer is of no use any more. */
  async look(): Promise<void> {
    const { clock, offsets, wake } = this.#init;
    if (clock.monotonic() >= this.#dueAt) {
      if (offsets.hasDue) await this.#commit();
      this.committed();
    }
    this.#timer?.cancel();
    this.#timer = clock.timer(Math.max(1, this.#dueAt - clock.monotonic()), wake);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #commit(): Promise<void> {
    const { offsets, producer, closing, retrying, intervalMs } = this.#init;
    let given: OffsetsInTransaction | undefined;
    const consumer = {
      offsetsInTransaction: () => (given = offsets.offsetsInTransaction([], { withOthersDue: true })),
      // What was stepped over has not been handed out.
      takeBack: () => Promise.resolve(),
    };
    let isBegun = false;
    try {
      await producer.transaction(async (transaction) => {
        isBegun = true;
        await transaction.sendOffsets({ consumer, offsets: [] });
      });
      await given?.settle("committed");
    } catch (thrown) {
      const error = asKafkaError(thrown, ConsumerErrorCode.TRANSFORM_FAILED);
      await given?.settle("unknown");
      if (!isBegun && !error.retriable && !closing.aborted) throw error;
      retrying({ operation: "commit", error, delayMs: intervalMs });
    }
  }
}
