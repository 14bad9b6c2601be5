import { idOf } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { polledBy } from "./operation.js";

/**
 * `consumed-twice`: two transactions of one group polled the same value, and both were committed with their offsets. That is what transactions
 * are there to prevent; Jepsen counts it beside its anomalies.
 */
export const consumedTwice: Search = (facts) => {
  const findings: Finding[] = [];
  const consumed = new Map<string, number>();
  for (const settled of facts.operations) {
    const { operation, line } = settled;
    if (operation.f !== "txn" || operation.group === undefined || !facts.isCommitted(settled)) continue;
    for (const { key, value } of polledBy(operation)) {
      const id = `${operation.group}/${idOf(key, value)}`;
      const before = consumed.get(id);
      consumed.set(id, line);
      if (before === undefined) continue;
      const what = `the value ${value} of key ${key} was consumed twice by the group ${operation.group}`;
      findings.push({ anomaly: "consumed-twice", what, lines: [before, line] });
    }
  }
  return findings;
};
