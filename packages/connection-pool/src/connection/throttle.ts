import type { Clock, Timer } from "@moldau/platform";

/** The quiet that a broker asked for by `throttleTimeMs`: nothing is written until it is over (KIP-219). */
export class Throttle {
  readonly #clock: Clock;
  readonly #over: () => void;
  #current: { readonly until: number; readonly timer: Timer } | undefined;

  /** `over` is called when the quiet ends. */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Whether writing is held back at the moment. */
  get isOn(): boolean {
    return this.#current !== undefined;
  }

  /** Keeps quiet for `ms` milliseconds from now; a longer quiet that is kept already stays. */
  hold(ms: number): void {
    const until = this.#clock.monotonic() + ms;
    if (ms <= 0 || (this.#current && this.#current.until >= until)) return;
    this.cancel();
    const timer = this.#clock.timer(
      ms,
      () => {
        this.#current = undefined;
        this.#over();
      },
      { background: true },
    );
    this.#current = { until, timer };
  }

  /** Ends it without a word. */
  cancel(): void {
    this.#current?.timer.cancel();
    this.#current = undefined;
  }
}
