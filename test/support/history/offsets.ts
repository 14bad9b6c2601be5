import type { Finding, Search } from "./finding.js";

/** `inconsistent-offsets`: two values at one offset. `duplicate`: one value at several offsets. */
export const offsetFindings: Search = ({ orders, writerOf }) => {
  const findings: Finding[] = [];
  for (const [key, { log, places }] of orders) {
    const linesOf = (values: Iterable<number>): number[] =>
      [...values].flatMap((value) => writerOf(key, value)?.line ?? []);
    for (const { offset, values } of log) {
      if (values.size < 2) continue;
      const what = `offset ${offset} of key ${key} has the values ${[...values].join(" and ")}`;
      findings.push({ anomaly: "inconsistent-offsets", what, lines: linesOf(values) });
    }
    for (const [value, { first, last }] of places) {
      if (first === last) continue;
      const what = `the value ${value} of key ${key} stands at offset ${log[first]?.offset} and at ${log[last]?.offset}`;
      findings.push({ anomaly: "duplicate", what, lines: linesOf([value]) });
    }
  }
  return findings;
};
