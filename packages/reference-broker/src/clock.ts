import { setTimeout as delay } from "node:timers/promises";

/**
 * Time as the broker sees it: everything that waits or stamps asks a clock, so that a test can drive the hours by hand.
 */
export interface Clock {
  /** The wall-clock time in milliseconds since 1970, as it is written into records. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted earlier. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fire` once after `ms` milliseconds unless the returned timer is cancelled before. */
  timer(ms: number, fire: () => void): Timer;
}

/** A deadline that has been set with {@link Clock.timer}. */
export interface Timer {
  /** Takes the deadline back; without effect when it has passed. */
  cancel(): void;
}

/** The clock of the machine. Its timers do not keep the process alive: the listening sockets do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
  timer: (ms, fire) => {
    // Node takes a longer time for none at all; whoever asked looks at the clock again and waits on.
    const timeout = setTimeout(fire, Math.min(ms, longestTimeoutMs));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** The longest time that Node's timers know: 24.8 days. */
const longestTimeoutMs = 2_147_483_647;
