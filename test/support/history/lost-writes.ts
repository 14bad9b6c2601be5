import type { Facts, Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { sentBy, type Key, type Value } from "./operation.js";

/**
 * `lost-write`: a value that counts was passed over by all readers, though one of them polled a later one of its key. `unseen`: a value that counts
 * was never polled; a history is to end with a reader who reads everything from the beginning.
 */
export const lostWrites: Search = (facts) => {
  const bounds = new Map([...facts.orders.keys()].map((key) => [key, lastReadPlace(facts, key)]));
  return facts.operations
    .filter((settled) => facts.isCommitted(settled))
    .flatMap((writer) =>
      sentBy(writer.operation)
        .filter(({ key, value }) => facts.readersOf(key, value).length === 0)
        .map(({ key, value }) => missing({ key, value, writer }, isPassedOver(facts, { key, value }, bounds.get(key)))),
    );
};

function missing(
  { key, value, writer }: { readonly key: Key; readonly value: Value; readonly writer: Settled },
  isBelowOthers: boolean,
): Finding {
  return isBelowOthers
    ? {
        anomaly: "lost-write",
        what: `the value ${value} of key ${key} was never polled, and later ones were`,
        lines: [writer.line],
      }
    : { anomaly: "unseen", what: `the value ${value} of key ${key} was never polled`, lines: [writer.line] };
}

/** Where the last value stands that anybody polled of a key. */
function lastReadPlace({ orders, readersOf }: Facts, key: Key): number {
  let last = -1;
  for (const [value, { first }] of orders.get(key)?.places ?? [])
    if (first > last && readersOf(key, value).length > 0) last = first;
  return last;
}

function isPassedOver(
  { orders }: Facts,
  { key, value }: { readonly key: Key; readonly value: Value },
  bound = -1,
): boolean {
  const place = orders.get(key)?.places.get(value);
  return place !== undefined && place.last <= bound;
}
