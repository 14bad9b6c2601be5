import type { Clock } from "@moldau/connection-pool";

/** After this many bytes checked and opened the event loop gets a turn: about a millisecond. */
const bytesPerTurn = 256 * 1024;

/** After this long without a turn the event loop gets one, in milliseconds, whatever the time went into. */
const turnMs = 10;

/** The clock is looked at every so many messages at most: often where each takes long, seldom where they fly by. */
const mostBetweenLooks = 64;

/**
 * When a loop that never waits has to let the event loop have a turn, so that heartbeats and sockets are served under it.
 *
 * Bodies that take long are the application's own: a body that computes for 5 ms a message gets two or three messages a turn.
 */
export class Pace {
  readonly #clock: Clock;
  #bytes = 0;
  #turnBegan: number;
  #lookedAt: number;
  #between = 1;
  #untilLook = 1;
  #stepsBefore = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnBegan = clock.monotonic();
    this.#lookedAt = this.#turnBegan;
  }

  /** How many messages were handed out by {@link isDueAfterStep}. */
  get steps(): number {
    return this.#stepsBefore + this.#between - this.#untilLook;
  }

  /** So many bytes were gone through. */
  spent(bytes: number): void {
    this.#bytes += bytes;
  }

  /** One more message is about to be handed out: whether the event loop is to have a turn before. Costs a counter, mostly. */
  isDueAfterStep(): boolean {
    if (--this.#untilLook > 0) return false;
    this.#chooseNextLook();
    return this.isDue();
  }

  /** Whether the event loop is to have a turn. */
  isDue(): boolean {
    return this.#bytes >= bytesPerTurn || this.#clock.monotonic() - this.#turnBegan >= turnMs;
  }

  /** Lets the event loop have a turn. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    this.turned();
  }

  /** The event loop had a turn. */
  turned(): void {
    this.#bytes = 0;
    this.#turnBegan = this.#clock.monotonic();
    this.#lookedAt = this.#turnBegan;
  }
  /** A body may take anything from nothing to minutes: the next look comes after twice as many messages, as long as they fly by. */
  #chooseNextLook(): void {
    const now = this.#clock.monotonic();
    const isQuick = (now - this.#lookedAt) * 4 < turnMs;
    this.#lookedAt = now;
    this.#stepsBefore += this.#between;
    this.#between = isQuick
      ? Math.min(mostBetweenLooks, this.#between * 2)
      : Math.max(1, Math.floor(this.#between / 4));
    this.#untilLook = this.#between;
  }
}
