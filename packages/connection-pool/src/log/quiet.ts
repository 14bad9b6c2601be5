import type { Clock } from "@moldau/platform";

/** For how long lines of one kind are counted together, in milliseconds. */
export const quietMs = 300_000;

/** More kinds than this at a time are not remembered. */
const maxKinds = 1000;

/** What is known of a kind of line. */
interface Kind {
  readonly since: number;
  written: number;
  keptBack: number;
}

/**
 * Keeps a log quiet: of each kind of line a few are written in five minutes, and the next one after that says how many were kept back.
 * It sets no timer, and forgets the oldest of a thousand kinds.
 */
export class Quiet {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Whether a line of this kind is to be written, `most` of them in five minutes: then how many were kept back since the last one, else undefined. */
  ask(name: string, most = 1): number | undefined {
    const now = this.#clock.monotonic();
    const kind = this.#kinds.get(name);
    if (kind !== undefined && now - kind.since < quietMs) {
      if (kind.written >= most) kind.keptBack++;
      else kind.written++;
      return kind.keptBack > 0 ? undefined : 0;
    }
    this.#kinds.delete(name);
    this.#kinds.set(name, { since: now, written: 1, keptBack: 0 });
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > maxKinds && oldest !== undefined) this.#kinds.delete(oldest);
    return kind?.keptBack ?? 0;
  }
}
