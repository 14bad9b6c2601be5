/** Where a shard is in its life. */
export type ShardLife =
  /** Its log is being replayed; clients hear COORDINATOR_LOAD_IN_PROGRESS. */
  | { readonly state: "loading" }
  | { readonly state: "active" }
  /** Its log could not be read; clients hear NOT_COORDINATOR. */
  | { readonly state: "failed" }
  /** The partition is led elsewhere, or the broker stops; clients hear NOT_COORDINATOR. */
  | { readonly state: "closed" };

/** What can happen to a shard. */
export type ShardEvent = { readonly type: "loaded" | "unreadable" | "close" };

/**
 * ```
 *   loading ──loaded──▶ active ──close──▶ closed
 *     │  └──unreadable──▶ failed ──close────▲
 *     └──close──────────────────────────────┘
 * ```
 *
 * What does not fit the state changes nothing: a replay may end after the shard was closed.
 */
export function transition(life: ShardLife, { type }: ShardEvent): ShardLife {
  if (type === "close") return { state: "closed" };
  if (life.state !== "loading") return life;
  return { state: type === "loaded" ? "active" : "failed" };
}
