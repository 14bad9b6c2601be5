import type { Clock, Timer } from "../src/clock.js";

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ readonly dueMs: number; readonly fire: () => void }>();

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  timer(ms: number, fire: () => void): Timer {
    const entry = { dueMs: this.#now + ms, fire };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const timer = this.timer(ms, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass; what falls due happens in order, and what follows from it without waiting happens too. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#now + ms;
    for (;;) {
      await settled();
      const next = [...this.#timers]
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((one, other) => one.dueMs - other.dueMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.dueMs);
      next.fire();
    }
    this.#now = endMs;
    await settled();
  }
}

/** Resolves when everything that waits for nothing but its turn has had it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
