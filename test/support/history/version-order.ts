import type { Settled } from "./facts.js";
import { polledBy, sentBy, type Key, type Value } from "./operation.js";

/** The values of one key in the order of their offsets, as far as anybody could see them. */
export interface VersionOrder {
  /** The values at each offset, in ascending order of the offsets. More than one value at an offset is an anomaly. */
  readonly log: readonly { readonly offset: number; readonly values: ReadonlySet<Value> }[];
  /** Where in `log` a value stands first, and last: twice is an anomaly. */
  readonly places: ReadonlyMap<Value, { readonly first: number; readonly last: number }>;
}

/**
 * Works out the order of each key from all that was polled, and from what was sent where that has to count. Polls count whatever became of
 * their operation: a reader of committed messages is given good ones also in a transaction that it aborts.
 */
export function versionOrders(
  operations: readonly Settled[],
  isCommitted: (settled: Settled) => boolean,
): ReadonlyMap<Key, VersionOrder> {
  const logs = new Map<Key, Map<number, Set<Value>>>();
  for (const settled of operations) {
    const seen = isCommitted(settled) ? sentBy(settled.operation) : [];
    for (const { key, offset, value } of [...seen, ...polledBy(settled.operation)])
      if (offset !== null) note(logs, { key, offset, value });
  }
  return new Map([...logs].map(([key, log]) => [key, orderOf(log)]));
}

function note(
  logs: Map<Key, Map<number, Set<Value>>>,
  { key, offset, value }: { readonly key: Key; readonly offset: number; readonly value: Value },
): void {
  const log = logs.get(key) ?? new Map<number, Set<Value>>();
  logs.set(key, log);
  const values = log.get(offset);
  if (values === undefined) log.set(offset, new Set([value]));
  else values.add(value);
}

function orderOf(found: ReadonlyMap<number, ReadonlySet<Value>>): VersionOrder {
  const log = [...found]
    .map(([offset, values]) => ({ offset, values }))
    .sort((left, right) => left.offset - right.offset);
  const places = new Map<Value, { first: number; last: number }>();
  for (const [index, { values }] of log.entries()) {
    for (const value of values) places.set(value, { first: places.get(value)?.first ?? index, last: index });
  }
  return { log, places };
}
