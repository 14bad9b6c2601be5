/** How long to wait between attempts (KIP-580): exponential, bounded, and spread so that many clients do not come back at once. */
export interface RetryPolicy {
  /** Wait before the second attempt, in milliseconds. Default 100. */
  readonly initialDelayMs: number;
  /** Longest wait, before jitter, in milliseconds. Default 1000. */
  readonly maxDelayMs: number;
  /** Factor from one wait to the next. Default 2. */
  readonly multiplier: number;
  /** Share of a wait that chance may add or take away, 0 to 1. Default 0.2. */
  readonly jitter: number;
}

/** Apache Kafka's own figures (`retry.backoff.ms` and `retry.backoff.max.ms`). */
export const defaultRetryPolicy: RetryPolicy = { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0.2 };

/** One run of attempts: each failure asks for the next wait. */
export class Backoff {
  readonly #policy: RetryPolicy;
  readonly #random: () => number;
  #attempts = 0;

  /** `random` gives numbers from 0 up to, but not including, 1. */
  constructor(policy: RetryPolicy, random: () => number) {
    this.#policy = policy;
    this.#random = random;
  }

  /** How often {@link next} was asked since the start or the last {@link reset}. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next wait in milliseconds. */
  next(): number {
    const { initialDelayMs, maxDelayMs, multiplier, jitter } = this.#policy;
    const delay = Math.min(initialDelayMs * multiplier ** this.#attempts, maxDelayMs);
    this.#attempts += 1;
    return delay * (1 - jitter + 2 * jitter * this.#random());
  }

  /** Forgets past failures: something has succeeded. */
  reset(): void {
    this.#attempts = 0;
  }
}
