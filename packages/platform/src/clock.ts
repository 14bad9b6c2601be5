/** A one-shot timer that has not fired yet. */
export interface Timer {
  /** Keeps the timer from firing; harmless when it has fired. */
  cancel(): void;
}

/** How a timer is set. */
export interface TimerOptions {
  /** Whether the process may end while the timer is set. Default false: it is kept alive. */
  readonly background?: boolean;
}

/**
 * All the time that client and broker know. Inject another one to run on virtual time; nothing else reads a clock or sets a timer.
 *
 * There are two times because computers have two: the one that people read is set back and forward, by hand or by the network, and
 * what waits for a span of it would then wait an hour or not at all.
 */
export interface Clock {
  /** Milliseconds since 1970, whole: for stamps that people and other computers read. It may jump in either direction. */
  now(): number;
  /** Whole milliseconds since some moment in the past: for every duration and deadline. It never goes back. */
  monotonic(): number;
  /** Calls `fire` once after `ms` milliseconds, or later; at once, though never before this call returns, when `ms` is 0 or less. */
  timer(ms: number, fire: () => void, options?: TimerOptions): Timer;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` in the next turn of the event loop, after the input and output that is due: what `setImmediate` does. */
  soon(run: () => void): void;
}
