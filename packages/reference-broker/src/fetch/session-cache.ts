import type { Clock } from "@moldau/platform";
import { FetchSession } from "./fetch-session.js";

/** After so long a session is idle enough to give way, and old enough to be weighed against a larger one. */
const evictionMs = 120_000;

/** What a {@link FetchSessionCache} needs. */
export interface FetchSessionCacheOptions {
  /** The most sessions kept: `max.incremental.fetch.session.cache.slots`. */
  readonly slots: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The fetch sessions of one broker. When all slots are taken, a new session gets one only from a session that was idle for two minutes,
 * or from one that is as old as that and has no more partitions than the new one; otherwise the client goes on without a session.
 */
export class FetchSessionCache {
  readonly #options: FetchSessionCacheOptions;
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: FetchSessionCacheOptions) {
    this.#options = options;
  }

  /** Number of sessions. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session of an id, or undefined. */
  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id);
  }

  /** Makes a session for a client that fetches `partitions` partitions; undefined when there is no room. */
  create(partitions: number, usesTopicIds: boolean): FetchSession | undefined {
    const nowMs = this.#options.clock.monotonic();
    if (this.#sessions.size >= this.#options.slots && !this.#evict(partitions, nowMs)) return undefined;
    const session = new FetchSession(this.#freshId(), { usesTopicIds, nowMs });
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Notes that a session was used. */
  touch(session: FetchSession): void {
    session.lastUsedMs = this.#options.clock.monotonic();
    // The map is kept in the order of use, so that the one idle longest is its first.
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }

  /** Ends a session. An unknown id is no error. */
  remove(id: number): void {
    this.#sessions.delete(id);
  }

  #evict(partitions: number, nowMs: number): boolean {
    const [idlest] = this.#sessions.values();
    if (idlest === undefined) return false;
    if (nowMs - idlest.lastUsedMs > evictionMs) return this.#sessions.delete(idlest.id);
    const old = [...this.#sessions.values()].filter(({ createdMs }) => nowMs - createdMs > evictionMs);
    const [smallest] = old.sort((left, right) => left.size - right.size || left.id - right.id);
    return smallest !== undefined && smallest.size <= partitions && this.#sessions.delete(smallest.id);
  }

  #freshId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.#options.random() * 2_147_483_646);
      if (!this.#sessions.has(id)) return id;
    }
  }
}
