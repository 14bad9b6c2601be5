import type { Clock, Timer } from "@moldau/connection-pool";

interface Alarm {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  timer(ms: number, fire: () => void): Timer {
    const alarm = { at: this.#now + Math.max(0, ms), fire };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.timer(ms, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(new Error("aborted"));
      });
    });
  }

  /** Number of timers that have not fired. */
  get armed(): number {
    return this.#alarms.size;
  }

  /** The time of the next timer. */
  get next(): number | undefined {
    const times = [...this.#alarms].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves on by `ms`, firing what becomes due in its order, and lets the program run after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns();
    for (let next = this.next; next !== undefined && next <= end; next = this.next) {
      this.#now = Math.max(this.#now, next);
      const due = [...this.#alarms].filter(({ at }) => at <= this.#now).toSorted((a, b) => a.at - b.at);
      for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.fire();
      await turns();
    }
    this.#now = end;
    await turns();
  }
}

/** Lets the event loop go round until everything has come to rest that needs no time. */
export async function turns(count = 8): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
