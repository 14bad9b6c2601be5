import { onAbort } from "./abort.js";
import { clientAborted } from "./errors.js";

/** A one-shot timer that has not fired yet. */
export interface Timer {
  /** Keeps the timer from firing; harmless when it has fired. */
  cancel(): void;
}

/** All the time that the client knows. Inject another one to run on virtual time; nothing else reads a clock or sets a timer. */
export interface Clock {
  /** The time in milliseconds since 1970. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   *
   * @throws {KafkaError} CLIENT_ABORTED when `signal` fires first.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fire` once after `ms` milliseconds. */
  timer(ms: number, fire: () => void): Timer;
}

/** The computer's own clock. Its timers keep the process alive until they fire or are cancelled, so whoever sets one cancels it on close. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, signal),
  timer: (ms, fire) => {
    const handle = setTimeout(fire, clampDelay(ms));
    return { cancel: () => clearTimeout(handle) };
  },
};

// setTimeout takes 32 bits, and fires at once beyond; a negative delay makes Node warn.
const maxDelayMs = 2 ** 31 - 1;

function clampDelay(ms: number): number {
  return Math.min(Math.max(ms, 0), maxDelayMs);
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) throw clientAborted(signal);
  await new Promise<void>((resolve, reject) => {
    const handle = setTimeout(() => {
      forget();
      resolve();
    }, clampDelay(ms));
    const forget = onAbort(signal, () => {
      clearTimeout(handle);
      if (signal) reject(clientAborted(signal));
    });
  });
}
