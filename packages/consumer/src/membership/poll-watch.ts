import type { Clock, Timer } from "@moldau/connection-pool";

/** What a stuck application is noticed by. */
export interface PollWatchInit {
  readonly clock: Clock;
  /** Time without a request for more after which the application counts as stuck, in milliseconds. */
  readonly maxPollIntervalMs: number;
  /** How often more was asked for. */
  readonly asked: () => number;
  /** Whether the application waits for more, so that it is not the one to be waited for. */
  readonly isWaiting: () => boolean;
  readonly stuck: () => void;
}

/** How often an interval is looked at: being stuck is noticed at most this share of the interval late. */
const looksPerInterval = 10;

/** Notices an application that asks for no more. It looks now and then, so that asking costs nothing but a counter. */
export class PollWatch {
  readonly #init: PollWatchInit;
  #timer: Timer | undefined;
  #seen = -1;
  #seenAt = 0;

  constructor(init: PollWatchInit) {
    this.#init = init;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#seen = -1;
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const { clock, maxPollIntervalMs, asked, isWaiting, stuck } = this.#init;
    const now = clock.monotonic();
    if (asked() !== this.#seen || isWaiting()) {
      this.#seen = asked();
      this.#seenAt = now;
    }
    if (now - this.#seenAt >= maxPollIntervalMs) {
      this.stop();
      stuck();
      return;
    }
    const remainingMs = this.#seenAt + maxPollIntervalMs - now;
    this.#timer = clock.timer(Math.min(remainingMs, Math.ceil(maxPollIntervalMs / looksPerInterval)), () =>
      this.#look(),
    );
  }
}
