/** A place in a partition that is not a number: its beginning, its end, or a point in time. */
export type OffsetTarget = "earliest" | "latest" | Date | { readonly durationMs: number };

/** Where reading starts when the group has committed nothing, or what it committed is no longer there. `"none"`: an error. */
export type StartFrom = OffsetTarget | "none";

/** Tells whether a value is one of the places. */
export function isOffsetTarget(value: unknown): value is OffsetTarget {
  if (value === "earliest" || value === "latest") return true;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value !== "object" || value === null || !("durationMs" in value)) return false;
  return typeof value.durationMs === "number" && Number.isFinite(value.durationMs) && value.durationMs >= 0;
}

/** Kafka's numbers for the beginning and the end, in the place of a timestamp. */
const earliestTimestamp = -2n;
const latestTimestamp = -1n;

/** What a ListOffsets request asks with. */
export function timestampOf(target: OffsetTarget, now: number): bigint {
  if (target === "earliest") return earliestTimestamp;
  if (target === "latest") return latestTimestamp;
  return BigInt(Math.max(0, Math.floor(target instanceof Date ? target.getTime() : now - target.durationMs)));
}

/** Whether an answer without an offset means the end: no message is as young as the time asked for. */
export function endsAtLatest(target: OffsetTarget): boolean {
  return target !== "earliest" && target !== "latest";
}
