import type { Clock, Timer } from "@moldau/platform";

/**
 * One timer for any number of deadlines: it is armed for the earliest, and asks when it fires what the next one is.
 *
 * A request that is answered in time costs no timer operation at all: the timer stays armed, and finds nothing due when it fires.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #expire: (now: number) => number | undefined;
  readonly #background: boolean;
  #armed: { readonly at: number; readonly timer: Timer } | undefined;

  /** `expire` deals with everything due at `now` and returns the next deadline, if there is one. In the background it keeps no process alive. */
  constructor(
    clock: Clock,
    expire: (now: number) => number | undefined,
    { background = false }: { readonly background?: boolean } = {},
  ) {
    this.#clock = clock;
    this.#expire = expire;
    this.#background = background;
  }

  /** Makes sure that `expire` is called at `at`, or earlier. */
  expect(at: number): void {
    if (this.#armed && this.#armed.at <= at) return;
    this.cancel();
    const timer = this.#clock.timer(at - this.#clock.monotonic(), () => this.#fired(at), {
      background: this.#background,
    });
    this.#armed = { at, timer };
  }

  /** Forgets all deadlines. */
  cancel(): void {
    this.#armed?.timer.cancel();
    this.#armed = undefined;
  }

  // The time that counts is the one the timer was armed for: timers go by another count of the system's and may come a millisecond early.
  #fired(at: number): void {
    this.#armed = undefined;
    const next = this.#expire(at);
    if (next !== undefined) this.expect(next);
  }
}
