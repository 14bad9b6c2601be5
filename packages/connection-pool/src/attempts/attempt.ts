import type { Clock } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import { abortedBy, asKafkaError, because } from "../errors.js";
import { Backoff, type RetryPolicy } from "./backoff.js";
import { sleep } from "./wait.js";

/** What paces attempts: time, chance, and how waits grow. A client's resolved options are one. */
export interface AttemptPace {
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
}

/** An attempt that failed and will be repeated. */
export interface FailedAttempt {
  readonly error: KafkaError;
  /** How long until the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** How attempts are made. */
export interface AttemptOptions {
  readonly pace: AttemptPace;
  /** Each of them ends the attempts, with CLIENT_ABORTED or the KafkaError that is its reason. Those that are undefined count for nothing. Default: none. */
  readonly signals?: readonly (AbortSignal | undefined)[];
  /** When the last attempt may begin, in monotonic milliseconds. Default: never too late. */
  readonly deadline?: number | undefined;
  /** Whether a failure may pass. Default: what the error itself says (`retriable`). */
  readonly mayRepeat?: ((error: KafkaError) => boolean) | undefined;
  /** Hears of each failure that will be followed by another attempt. Default: nobody does. */
  readonly retrying?: ((failed: FailedAttempt) => void) | undefined;
  /** Makes the error for the time that is over, out of the last failure. Default: that failure itself. */
  readonly late?: ((last: KafkaError) => KafkaError) | undefined;
}

/**
 * Does something until it succeeds, with growing waits in between: the one loop behind everything that is repeated.
 *
 * `work` hears what went wrong the last time, so that a wait that ends without an answer can say why there was none.
 *
 * @throws {KafkaError} the first failure that does not pass by itself, at once; the last one when the time is over; CLIENT_ABORTED.
 */
export async function attempt<T>(
  work: (last: KafkaError | undefined) => Promise<T>,
  { pace, signals = [], deadline = Infinity, mayRepeat = isRetriable, retrying, late }: AttemptOptions,
): Promise<T> {
  const backoff = new Backoff(pace.retry, pace.random);
  const fired = (): AbortSignal | undefined => signals.find((signal) => signal?.aborted === true);
  let last: KafkaError | undefined;
  for (;;) {
    const stop = fired();
    if (stop !== undefined) throw abortedBy(stop);
    try {
      return await work(last);
    } catch (thrown) {
      last = asKafkaError(thrown);
      const delayMs = backoff.next();
      if (!mayRepeat(last) || fired() !== undefined) throw last;
      if (pace.clock.monotonic() + delayMs >= deadline) throw late?.(last) ?? last;
      retrying?.({ error: last, delayMs });
      await sleep(pace.clock, delayMs, ...signals);
    }
  }
}

/**
 * Makes the error for something that was repeated until its time was over. It has the code and the facts of the last failure, which say
 * what to do about it, and its message behind `what`, a sentence without its period.
 */
export function gaveUp(what: string, last: KafkaError): KafkaError {
  if (last.message.startsWith(what)) return last;
  const { code, retriable, ...facts } = last;
  return new KafkaError(code, because(what, last), { ...facts, retriable, cause: last });
}

function isRetriable({ retriable }: KafkaError): boolean {
  return retriable;
}
