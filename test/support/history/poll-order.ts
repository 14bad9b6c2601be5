import type { Facts, Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { polledBy, rebalancedBy, type Key, type Sighting, type Value } from "./operation.js";
import { stepBetween } from "./step-between.js";

/** Where a process stands in a key: the last value that it polled there, and when. */
interface Position {
  readonly value: Value;
  readonly line: number;
}

/**
 * `poll-skip` and `nonmonotonic-poll`: from one operation of a process to the next, polling left values out, or went back. `int-poll-skip` and
 * `int-nonmonotonic-poll`: the same within one operation.
 *
 * A process that was given or taken a key begins there anew. A transaction that was aborted leaves its process where it stood, for its offsets
 * were not committed; after one of which nobody knows it may stand at either end.
 */
export const pollOrder: Search = (facts) => {
  const positions = new Map<number, Map<Key, Position>>();
  const findings: Finding[] = [];
  for (const settled of facts.operations) {
    const { operation } = settled;
    const own = positions.get(operation.process) ?? new Map<Key, Position>();
    positions.set(operation.process, own);
    if (operation.f === "crash" || operation.f === "assign" || operation.f === "subscribe") own.clear();
    for (const key of rebalancedBy(operation)) own.delete(key);
    findings.push(...follow(facts, settled, own));
  }
  return findings;
};

/** Compares what an operation polled with where its process stood, and moves it. */
function follow(facts: Facts, settled: Settled, positions: Map<Key, Position>): readonly Finding[] {
  const { operation, line } = settled;
  const rebalanced = rebalancedBy(operation);
  const latest = new Map<Key, Position>();
  const findings: Finding[] = [];
  for (const sighting of polledBy(operation)) {
    const { key, value } = sighting;
    const within = latest.get(key);
    const before = within ?? positions.get(key);
    if (before !== undefined && !rebalanced.has(key))
      findings.push(...compare(facts, { before, sighting, line, isWithin: within !== undefined }));
    latest.set(key, { value, line });
  }
  for (const [key, position] of latest) {
    if (operation.type === "ok") positions.set(key, position);
    if (operation.type === "info") positions.delete(key);
  }
  return findings;
}

function compare(
  { orders }: Facts,
  {
    before,
    sighting: { key, value },
    line,
    isWithin,
  }: { readonly before: Position; readonly sighting: Sighting; readonly line: number; readonly isWithin: boolean },
): readonly Finding[] {
  const step = stepBetween(orders.get(key), before.value, value);
  if (step === undefined || step === 1) return [];
  const lines = isWithin ? [line] : [before.line, line];
  const what = `after the value ${before.value} of key ${key}, ${value} was polled, which stands ${step} places after it`;
  const anomaly = step > 1 ? ("poll-skip" as const) : ("nonmonotonic-poll" as const);
  return [{ anomaly: isWithin ? (`int-${anomaly}` as const) : anomaly, what, lines }];
}
