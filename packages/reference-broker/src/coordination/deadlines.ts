import type { Clock, Timer } from "@moldau/platform";

/** What {@link Deadlines} go by. */
export interface DeadlinesOptions<Deadline> {
  readonly clock: Clock;
  /** Tells the deadlines of one owner apart. */
  readonly nameOf: (deadline: Deadline) => string;
  /** Called when a deadline passes; it is no longer set then. */
  readonly fire: (owner: string, deadline: Deadline) => void;
}

/** The deadlines of a shard's groups or transactions, each set at most once at a time. */
export class Deadlines<Deadline> {
  readonly #options: DeadlinesOptions<Deadline>;
  readonly #timers = new Map<string, Map<string, Timer>>();

  constructor(options: DeadlinesOptions<Deadline>) {
    this.#options = options;
  }

  /** Sets a deadline of an owner, in the place of one of the same name. */
  set(owner: string, deadline: Deadline, delayMs: number): void {
    this.cancel(owner, deadline);
    const { clock, nameOf, fire } = this.#options;
    const name = nameOf(deadline);
    const timer = clock.timer(Math.max(delayMs, 0), () => {
      this.#drop(owner, name);
      fire(owner, deadline);
    });
    const timers = this.#timers.get(owner);
    if (timers === undefined) this.#timers.set(owner, new Map([[name, timer]]));
    else timers.set(name, timer);
  }

  /** Whether a deadline is set and has not passed. */
  isSet(owner: string, deadline: Deadline): boolean {
    return this.#timers.get(owner)?.has(this.#options.nameOf(deadline)) ?? false;
  }

  /** Takes a deadline back. */
  cancel(owner: string, deadline: Deadline): void {
    const name = this.#options.nameOf(deadline);
    this.#timers.get(owner)?.get(name)?.cancel();
    this.#drop(owner, name);
  }

  /** Takes back every deadline of an owner. */
  cancelOwner(owner: string): void {
    for (const timer of this.#timers.get(owner)?.values() ?? []) timer.cancel();
    this.#timers.delete(owner);
  }

  /** Takes back every deadline. */
  cancelAll(): void {
    for (const owner of [...this.#timers.keys()]) this.cancelOwner(owner);
  }

  #drop(owner: string, name: string): void {
    const timers = this.#timers.get(owner);
    timers?.delete(name);
    if (timers?.size === 0) this.#timers.delete(owner);
  }
}
