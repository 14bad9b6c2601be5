import { Backoff, clientAborted, sleep, type Cluster } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { asKafkaError } from "./errors.js";

/** Something failed for a reason that passes, and is tried again. */
export interface RetryNotice {
  /** What was tried, for example `"fetch"` or `"commit"`. */
  readonly operation: string;
  readonly error: KafkaError;
  /** How long until the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** How attempts are made. */
export interface AttemptOptions {
  readonly cluster: Cluster;
  readonly operation: string;
  /** Ends the attempts with CLIENT_ABORTED. */
  readonly signal: AbortSignal;
  /** When to give up, in monotonic milliseconds. Default: never. */
  readonly deadline?: number;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * Tries until it succeeds, with growing waits in between.
 *
 * @throws {KafkaError} the first failure that does not pass by itself, or the last one when the time is over; CLIENT_ABORTED.
 */
export async function untilDone<T>(
  attempt: () => Promise<T>,
  { cluster, operation, signal, deadline, retrying }: AttemptOptions,
): Promise<T> {
  const { clock, random, options } = cluster;
  const backoff = new Backoff(options.retry, random);
  for (;;) {
    if (signal.aborted) throw clientAborted(signal);
    try {
      return await attempt();
    } catch (thrown) {
      const error = asKafkaError(thrown);
      const delayMs = backoff.next();
      if (!error.retriable || signal.aborted || (deadline !== undefined && clock.monotonic() + delayMs >= deadline))
        throw error;
      retrying({ operation, error, delayMs });
      await sleep(clock, delayMs, signal);
    }
  }
}
