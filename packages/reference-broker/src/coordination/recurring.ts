import type { Clock, Timer } from "@moldau/platform";

/** Work that is to be done again and again as long as somebody asks for it: what expires is looked for this way. */
export class Recurring {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #work: () => void;
  #timer: Timer | undefined;
  #isStopped = false;

  /** `work` is called `intervalMs` after each {@link expect}, once for all that were made meanwhile. */
  constructor(clock: Clock, intervalMs: number, work: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  /** Makes sure that the work is done once more. */
  expect(): void {
    if (this.#isStopped) return;
    this.#timer ??= this.#clock.timer(this.#intervalMs, () => {
      this.#timer = undefined;
      this.#work();
    });
  }

  /** Does it no more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }
}
