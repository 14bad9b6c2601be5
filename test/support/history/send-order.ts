import type { Facts, Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { sentBy, type Key, type Value } from "./operation.js";
import { stepBetween } from "./step-between.js";

/**
 * `nonmonotonic-send`: what a process sent later stands before what it sent earlier. `int-nonmonotonic-send`: the same within one operation.
 * `int-send-skip`: values of others stand between those of one operation, which Kafka allows: transactions share partitions.
 */
export const sendOrder: Search = (facts) => {
  const sent = new Map<number, Map<Key, Value>>();
  return facts.operations.flatMap((settled) => {
    const { process, type } = settled.operation;
    const own = sent.get(process) ?? new Map<Key, Value>();
    sent.set(process, own);
    return type === "fail" ? [] : follow(facts, settled, own);
  });
};

function follow({ orders }: Facts, { operation, line }: Settled, last: Map<Key, Value>): readonly Finding[] {
  const begun = new Set<Key>();
  return sentBy(operation).flatMap(({ key, value }) => {
    const before = last.get(key);
    const isWithin = begun.has(key);
    last.set(key, value);
    begun.add(key);
    const step = before === undefined ? undefined : stepBetween(orders.get(key), before, value);
    if (step === undefined || step === 1 || (step > 1 && !isWithin)) return [];
    const what = `the value ${value} of key ${key} was sent after ${before}, and stands ${step} places after it`;
    return [{ anomaly: nameOf(step, isWithin), what, lines: [line] }];
  });
}

function nameOf(step: number, isWithin: boolean): Finding["anomaly"] {
  if (step > 1) return "int-send-skip";
  return isWithin ? "int-nonmonotonic-send" : "nonmonotonic-send";
}
