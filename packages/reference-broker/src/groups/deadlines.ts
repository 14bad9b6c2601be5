import type { Clock, Timer } from "@moldau/platform";

/** A deadline of a group: of its rebalance, of its sync phase, or of one member's session. */
export type Deadline =
  | { readonly type: "join" }
  | { readonly type: "sync" }
  | { readonly type: "session"; readonly memberId: string };

/** The deadlines of a shard's groups, each set at most once at a time. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #fire: (groupId: string, deadline: Deadline) => void;
  readonly #timers = new Map<string, Map<string, Timer>>();

  /** `fire` is called when a deadline passes; it is no longer set then. */
  constructor(clock: Clock, fire: (groupId: string, deadline: Deadline) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Sets a deadline, in the place of one of the same name. */
  set(groupId: string, deadline: Deadline, delayMs: number): void {
    this.cancel(groupId, deadline);
    const name = nameOf(deadline);
    const timer = this.#clock.timer(Math.max(delayMs, 0), () => {
      this.#drop(groupId, name);
      this.#fire(groupId, deadline);
    });
    const timers = this.#timers.get(groupId);
    if (timers === undefined) this.#timers.set(groupId, new Map([[name, timer]]));
    else timers.set(name, timer);
  }

  /** Whether a deadline is set and has not passed. */
  isSet(groupId: string, deadline: Deadline): boolean {
    return this.#timers.get(groupId)?.has(nameOf(deadline)) ?? false;
  }

  /** Takes a deadline back. */
  cancel(groupId: string, deadline: Deadline): void {
    const name = nameOf(deadline);
    this.#timers.get(groupId)?.get(name)?.cancel();
    this.#drop(groupId, name);
  }

  /** Takes back every deadline of a group. */
  cancelGroup(groupId: string): void {
    for (const timer of this.#timers.get(groupId)?.values() ?? []) timer.cancel();
    this.#timers.delete(groupId);
  }

  /** Takes back every deadline. */
  cancelAll(): void {
    for (const groupId of [...this.#timers.keys()]) this.cancelGroup(groupId);
  }

  #drop(groupId: string, name: string): void {
    const timers = this.#timers.get(groupId);
    timers?.delete(name);
    if (timers?.size === 0) this.#timers.delete(groupId);
  }
}

function nameOf(deadline: Deadline): string {
  return deadline.type === "session" ? `session ${deadline.memberId}` : deadline.type;
}
