import { consumption } from "./consumption.js";
import { cycles } from "./cycles.js";
import { factsOf } from "./facts.js";
import type { AnomalyName, Finding, Search } from "./finding.js";
import { lostWrites } from "./lost-writes.js";
import { offsetFindings } from "./offsets.js";
import type { Operation } from "./operation.js";
import { pollOrder } from "./poll-order.js";
import { sendOrder } from "./send-order.js";
import { uncommittedReads } from "./uncommitted-reads.js";

/** What was found in a history. */
export interface Verdict {
  /** What must not be. */
  readonly anomalies: readonly Finding[];
  /** What looks odd, and is allowed: Kafka does not keep the writes of transactions apart. */
  readonly allowed: readonly Finding[];
}

const searches: readonly Search[] = [
  offsetFindings,
  uncommittedReads,
  lostWrites,
  pollOrder,
  sendOrder,
  consumption,
  cycles,
];

const allowedNames: ReadonlySet<AnomalyName> = new Set(["int-send-skip", "G0", "ww-G1c"]);

/** Looks for every anomaly in a history. Takes time in proportion to its length. Throws when it contradicts itself. */
export function checkHistory(history: readonly Operation[]): Verdict {
  const facts = factsOf(history);
  const findings = searches.flatMap((search) => search(facts));
  return {
    anomalies: findings.filter(({ anomaly }) => !allowedNames.has(anomaly)),
    allowed: findings.filter(({ anomaly }) => allowedNames.has(anomaly)),
  };
}
