import type { Clock } from "@moldau/platform";
import type { ConnectionOpenEvent } from "../diagnostics.js";
import { quietMs } from "./quiet.js";

/** A broker that is away, or may be. */
export interface Absence {
  readonly event: Pick<ConnectionOpenEvent, "node" | "address">;
  readonly since: number;
  /** Whether the log was asked to tell of it. */
  wasAsked: boolean;
  /** Whether the log did; it does not for one that comes and goes all the time. */
  isTold: boolean;
  /** What showed it last. */
  error: Error;
  /** Connections that could not be opened. */
  failures: number;
  /** When it was last shown, and when the log last had a line about it. */
  shownAt: number;
  toldAt: number;
}

/** More brokers than this are not remembered. */
const maxAbsences = 1000;
/** For how long what others say is laid at the door of an absence, in milliseconds: one that nobody tries to reach may have ended. */
const recentMs = 60_000;

/** The brokers that are away, by address: the same one may be of the option `brokers` and named by metadata. */
export class Absences {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #absences = new Map<string, Absence>();
  #endedAt = -Infinity;
  readonly #repairs = new Map<string, { readonly since: number; count: number }>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** The time by which they go. */
  now(): number {
    return this.#clock.monotonic();
  }

  /** A connection was lost: the broker may be away, or only have closed it. */
  suspect({ node, address }: Absence["event"], error: Error): Absence {
    const now = this.now();
    const known = this.#absences.get(address);
    if (known !== undefined) return Object.assign(known, { shownAt: now });
    const absence: Absence = {
      event: { node, address },
      ...{ since: now, shownAt: now, toldAt: now },
      ...{ wasAsked: false, isTold: false, error, failures: 0 },
    };
    this.#absences.set(address, absence);
    forgetOldest(this.#absences);
    return absence;
  }

  /** A connection could not be opened. */
  failed(event: Absence["event"], error: Error): Absence {
    const absence = this.suspect(event, error);
    absence.error = error;
    absence.failures++;
    return absence;
  }

  /** A connection was opened; the absence that ended by that. */
  end(address: string): Absence | undefined {
    const absence = this.#absences.get(address);
    if (absence !== undefined) this.#endedAt = this.now();
    this.#absences.delete(address);
    return absence;
  }

  /** A connection was lost and opened anew at once; how often that happened to this broker within five minutes. */
  repaired(address: string): number {
    const now = this.now();
    const known = this.#repairs.get(address);
    const repairs = known !== undefined && now - known.since < quietMs ? known : { since: now, count: 0 };
    repairs.count++;
    this.#repairs.delete(address);
    this.#repairs.set(address, repairs);
    forgetOldest(this.#repairs);
    return repairs.count;
  }

  /** Whether one ended lately: what was known before that of leaders and coordinators is refused for a while. */
  hasEndedLately(): boolean {
    return this.now() - this.#endedAt < recentMs;
  }

  /** Those that were shown lately. */
  recent(): readonly Absence[] {
    const since = this.now() - recentMs;
    return [...this.#absences.values()].filter(({ shownAt }) => shownAt >= since);
  }

  /** Whether the log has said nothing of it for five minutes; then it is taken to do so now. */
  isReminderDue(absence: Absence): boolean {
    const now = this.now();
    if (now - absence.toldAt < quietMs) return false;
    absence.toldAt = now;
    return true;
  }
}

function forgetOldest(known: Map<string, unknown>): void {
  const [oldest] = known.keys();
  if (known.size > maxAbsences && oldest !== undefined) known.delete(oldest);
}
