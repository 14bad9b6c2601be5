import { idOf, type Facts, type Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { polledBy, type Key } from "./operation.js";

/**
 * What transactions are there for, and Jepsen counts beside its anomalies. `consumed-twice`: two transactions of one group polled the same value,
 * and both were committed with their offsets. `consumed-never`: a group committed offsets behind a value that no such transaction polled.
 */
export const consumption: Search = (facts) => {
  const groups = new Map<string, GroupProgress>();
  for (const settled of facts.operations) {
    const { operation } = settled;
    if (operation.f !== "txn" || operation.group === undefined || operation.type === "fail") continue;
    const group = groups.get(operation.group) ?? new GroupProgress(operation.group);
    groups.set(operation.group, group);
    group.take(facts, settled);
  }
  return [...groups.values()].flatMap((group) => [...group.twice, ...group.never(facts)]);
};

class GroupProgress {
  readonly twice: Finding[] = [];
  readonly #name: string;
  /** The line of the transaction that consumed a value. */
  readonly #consumed = new Map<string, number>();
  /** Values polled by transactions of which nobody knows. */
  readonly #perhaps = new Set<string>();
  /** By key: the place of the last value that was consumed. */
  readonly #bounds = new Map<Key, number>();

  constructor(name: string) {
    this.#name = name;
  }

  take(facts: Facts, settled: Settled): void {
    for (const { key, value } of polledBy(settled.operation)) {
      const id = idOf(key, value);
      if (!facts.isCommitted(settled)) {
        this.#perhaps.add(id);
        continue;
      }
      const before = this.#consumed.get(id);
      const what = `the value ${value} of key ${key} was consumed twice by the group ${this.#name}`;
      if (before !== undefined) this.twice.push({ anomaly: "consumed-twice", what, lines: [before, settled.line] });
      this.#consumed.set(id, settled.line);
      const place = facts.orders.get(key)?.places.get(value)?.first ?? -1;
      this.#bounds.set(key, Math.max(place, this.#bounds.get(key) ?? -1));
    }
  }

  never({ orders, writerOf }: Facts): Finding[] {
    return [...this.#bounds].flatMap(([key, bound]) =>
      [...(orders.get(key)?.places ?? [])]
        .filter(([value, { last }]) => last < bound && !this.#mayHave(idOf(key, value)))
        .map(([value]) => ({
          anomaly: "consumed-never" as const,
          what: `the value ${value} of key ${key} was passed over by the group ${this.#name}`,
          lines: [writerOf(key, value)?.line].filter((line) => line !== undefined),
        })),
    );
  }

  #mayHave(id: string): boolean {
    return this.#consumed.has(id) || this.#perhaps.has(id);
  }
}
