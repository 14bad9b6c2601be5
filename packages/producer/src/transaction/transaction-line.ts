import { abortable, timedOut, waitFor, type Clock } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";

/** By what the line is held to time. */
export interface TransactionLineOptions {
  readonly clock: Clock;
  /** How long nothing in the line may move, in milliseconds. */
  readonly maxBlockMs: number;
}

/** The line of those who want a transaction of one producer: one has its turn at a time. */
export class TransactionLine {
  readonly #options: TransactionLineOptions;
  #last: Promise<void> = Promise.resolve();
  #length = 0;
  #movedAt = -Infinity;

  constructor(options: TransactionLineOptions) {
    this.#options = options;
  }

  /** Whether nobody has a turn or waits for one. */
  get isFree(): boolean {
    return this.#length === 0;
  }

  /**
   * Waits for a turn, and gives what ends it.
   *
   * @throws {KafkaError} CLIENT_ABORTED when the signal fires first, CLIENT_REQUEST_TIMEOUT when no turn has ended for `maxBlockMs`; the others get
   * on all the same.
   */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#last;
    let release: () => void = () => undefined;
    const isFirst = this.isFree;
    this.#length += 1;
    this.#last = new Promise((resolve) => {
      release = (): void => {
        this.#length -= 1;
        resolve();
      };
    });
    try {
      await (isFirst ? abortable(before, signal) : this.#turn(before, signal));
    } catch (error) {
      void before.then(release);
      throw error;
    }
    return once(() => {
      this.#movedAt = this.#options.clock.monotonic();
      release();
    });
  }

  /** Who waits for a transaction within which it waits itself would wait for ever: so nobody waits longer than for one that does not end. */
  async #turn(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { clock, maxBlockMs } = this.#options;
    const stuck = standsStill(maxBlockMs);
    for (let since = clock.monotonic(); ; since = this.#movedAt) {
      const timeoutMs = Math.max(0, since + maxBlockMs - clock.monotonic());
      try {
        return await waitFor(before, { clock, signal, timeoutMs, late: () => stuck });
      } catch (error) {
        if (error !== stuck || this.#movedAt <= since) throw error;
      }
    }
  }
}

function standsStill(maxBlockMs: number): KafkaError {
  const message =
    `No transaction of this producer has ended for maxBlockMs, ${maxBlockMs} ms, and this one waits for that. Most likely it waits for itself: it was asked ` +
    "for within the body of another one, or while one from beginTransaction() is open. Use the tx that is open, or a producer with another " +
    "transactionalId. If a body does take so long, raise maxBlockMs.";
  return timedOut(message, { retriable: false, written: false });
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}
