import { onAbort } from "@moldau/connection-pool";

/** Lets waiters sleep until something happens. What happened before they slept counts: no wake-up is lost. */
export class Wakeup {
  #happened = false;
  #waiting: (() => void)[] = [];

  /** Wakes all waiters, or the next one. */
  notify(): void {
    this.#happened = true;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Forgets what happened so far: the waiter is about to look at everything itself. */
  reset(): void {
    this.#happened = false;
  }

  /** Resolves at the next {@link notify} since the last {@link reset}, or when `signal` fires. */
  async wait(signal?: AbortSignal): Promise<void> {
    if (this.#happened || signal?.aborted === true) return;
    const forgetSignal = onAbort(signal, () => this.notify());
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
    forgetSignal();
  }
}
