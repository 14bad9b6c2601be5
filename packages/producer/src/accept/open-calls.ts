import type { SendCall } from "./send-call.js";

interface Waiter {
  readonly calls: Set<SendCall>;
  resolve(): void;
}

/**
 * The calls that have no outcome yet.
 *
 * Whoever waits for them does not touch their promises: a rejection that nobody handles has to stay one.
 */
export class OpenCalls {
  readonly #calls = new Set<SendCall>();
  readonly #waiters = new Set<Waiter>();

  /** Takes a call in. */
  add(call: SendCall): void {
    this.#calls.add(call);
  }

  /** A call has its outcome. */
  settled(call: SendCall): void {
    this.#calls.delete(call);
    for (const waiter of this.#waiters) {
      waiter.calls.delete(call);
      if (waiter.calls.size > 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Resolves when every call that is open now has its outcome. */
  async settle(): Promise<void> {
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiters.add({ calls: new Set(this.#calls), resolve });
    });
  }
}
