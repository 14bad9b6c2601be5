import { polledBy, sentBy, type Key, type Operation, type Value } from "./operation.js";
import { versionOrders, type VersionOrder } from "./version-order.js";

/** An operation from its beginning to what became of it. */
export interface Settled {
  /** What became of it: `info` too when the history ends before. */
  readonly operation: Operation;
  /** The line of the history that says so, counted from 0. */
  readonly line: number;
  /** When it began. */
  readonly invokedAt: number;
}

/** What a history comes to, for those who look for anomalies in it. */
export interface Facts {
  /** In the order in which they were settled. */
  readonly operations: readonly Settled[];
  /** By key: which value stands before which. */
  readonly orders: ReadonlyMap<Key, VersionOrder>;
  /** Who sent a value, whatever became of it. */
  writerOf(key: Key, value: Value): Settled | undefined;
  /** Who polled a value, in an operation that happened. */
  readersOf(key: Key, value: Value): readonly Settled[];
  /** Whether what an operation sent has to count: it happened, or nobody knows and one of its values was polled. */
  isCommitted(settled: Settled): boolean;
}

/** Gathers what the anomalies are looked for in. Throws when the history contradicts itself, since nothing could be said about it. */
export function factsOf(history: readonly Operation[]): Facts {
  const operations = settle(history);
  const writers = new Map<string, Settled>();
  const readers = new Map<string, Settled[]>();
  for (const settled of operations) {
    for (const { key, value } of sentBy(settled.operation)) {
      if (writers.has(idOf(key, value))) throw new Error(`the value ${value} is sent to key ${key} twice`);
      writers.set(idOf(key, value), settled);
    }
    if (settled.operation.type !== "ok") continue;
    for (const { key, value } of polledBy(settled.operation)) {
      const known = readers.get(idOf(key, value));
      if (known === undefined) readers.set(idOf(key, value), [settled]);
      else known.push(settled);
    }
  }
  const isCommitted = ({ operation }: Settled): boolean =>
    operation.type === "ok" ||
    (operation.type === "info" && sentBy(operation).some(({ key, value }) => readers.has(idOf(key, value))));
  return {
    operations,
    orders: versionOrders(operations, isCommitted),
    writerOf: (key, value) => writers.get(idOf(key, value)),
    readersOf: (key, value) => readers.get(idOf(key, value)) ?? [],
    isCommitted,
  };
}

/** One text for a value of a key. */
export function idOf(key: Key, value: Value): string {
  return `${key}/${value}`;
}

/** Puts beginnings and ends together. */
function settle(history: readonly Operation[]): readonly Settled[] {
  const begun = new Map<number, { readonly operation: Operation; readonly line: number }>();
  const settled: Settled[] = [];
  for (const [line, operation] of history.entries()) {
    const { process, type, time } = operation;
    const open = begun.get(process);
    if (type === "invoke") {
      if (open !== undefined)
        throw new Error(`line ${line}: process ${process} begins while it is at line ${open.line}`);
      begun.set(process, { operation, line });
    } else {
      if (open?.operation.f !== operation.f)
        throw new Error(`line ${line}: process ${process} ends a ${operation.f} that it did not begin`);
      begun.delete(process);
      settled.push({ operation, line, invokedAt: open.operation.time });
    }
    if (time < (open?.operation.time ?? time)) throw new Error(`line ${line}: ends before it began`);
  }
  for (const { operation, line } of begun.values())
    settled.push({ operation: { ...operation, type: "info" }, line, invokedAt: operation.time });
  return settled;
}
