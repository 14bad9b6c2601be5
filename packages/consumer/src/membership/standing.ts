import { onAbort, abortedBy } from "@moldau/connection-pool";
import { roundEnded } from "../errors.js";
import type { MemberIdentity } from "./membership.js";

/**
 * Who a member is to its coordinator over time: one identity after the other, none before it has joined, and at times none in between.
 * Every kind of membership keeps one.
 */
export class Standing {
  readonly #groupId: string;
  readonly #waiting = new Set<() => void>();
  #current: { readonly identity: MemberIdentity; readonly end: AbortController } | undefined;

  constructor(groupId: string) {
    this.#groupId = groupId;
  }

  /** Undefined while nothing may be committed. */
  get identity(): MemberIdentity | undefined {
    return this.#current?.identity;
  }

  /** The member stands as this one from now on; what it was before has ended. */
  begin(facts: Omit<MemberIdentity, "ended">): void {
    this.end();
    const end = new AbortController();
    this.#current = { end, identity: { ...facts, ended: end.signal } };
    for (const wake of [...this.#waiting]) wake();
  }

  /** The member stands nowhere, until it begins anew. */
  end(): void {
    const ended = this.#current;
    this.#current = undefined;
    ended?.end.abort(roundEnded(this.#groupId));
  }

  /** {@link Membership.nextIdentity} */
  next(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    const { identity } = this;
    if (signal.aborted) return Promise.reject(abortedBy(signal));
    if (identity !== undefined && identity !== former) return Promise.resolve(identity);
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => {
        this.#waiting.delete(wake);
        reject(abortedBy(signal));
      });
      const wake = (): void => {
        const next = this.identity;
        if (next === undefined || next === former) return;
        this.#waiting.delete(wake);
        forget();
        resolve(next);
      };
      this.#waiting.add(wake);
    });
  }
}
