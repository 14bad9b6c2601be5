import type { Value } from "./operation.js";
import type { VersionOrder } from "./version-order.js";

/** How many places a value stands after another one in its key: 1 for the next, less than 1 for going back; undefined when one has no place. */
export function stepBetween(order: VersionOrder | undefined, from: Value, to: Value): number | undefined {
  const [start, end] = [order?.places.get(from), order?.places.get(to)];
  return start === undefined || end === undefined ? undefined : end.first - start.first;
}
