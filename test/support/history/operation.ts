/** A partition of a topic, by a number, as in the histories of Jepsen's workload for Kafka. */
export type Key = number;

/** What a message says: a number that is sent to its key once. */
export type Value = number;

/** A message at its offset; null where the sender was not told the offset. */
export type At<Offset extends number | null = number> = readonly [offset: Offset, value: Value];

/** A step of an operation: what was to be sent and what became of it, or what one poll brought, by key. */
export type Step =
  | readonly ["send", Key, Value | At<number | null>]
  | readonly ["poll"]
  | readonly ["poll", Readonly<Record<Key, readonly At[]>>];

/** What is told of an operation: that it begins; that it happened; that it did not; that nobody can know. */
export type OperationType = "invoke" | "ok" | "fail" | "info";

interface Told {
  readonly type: OperationType;
  /** Who did it. A process does one thing at a time. */
  readonly process: number;
  /** When this was told, in nanoseconds since some moment that all processes share. */
  readonly time: number;
  /** Why it did not happen, or why nobody knows. */
  readonly error?: string;
}

/** Messages sent, polled, or both in one transaction. */
export interface Work extends Told {
  readonly f: "send" | "poll" | "txn";
  readonly value: readonly Step[];
  /** Keys that were given to the process or taken from it since its operation before: where it reads there may be anywhere. */
  readonly "rebalance-log"?: readonly { readonly keys: readonly Key[] }[];
  /** When the transaction's commit was asked for first, in the same nanoseconds; absent when it never was. */
  readonly commitTime?: number;
  /** The group whose offsets went with the transaction: what it polled counts as consumed when it is committed. */
  readonly group?: string;
}

/** Keys that a process reads from now on: of a group (`subscribe`), or those that it names (`assign`). */
export interface Placement extends Told {
  readonly f: "subscribe" | "assign";
  readonly value: readonly Key[];
}

/** The process is gone; another one takes its place. */
export interface Crash extends Told {
  readonly f: "crash";
  readonly value: null;
}

/** One line of a history. */
export type Operation = Work | Placement | Crash;

/** A message as one operation saw it. */
export interface Sighting<Offset extends number | null = number> {
  readonly key: Key;
  readonly offset: Offset;
  readonly value: Value;
}

/** What an operation sent, in its order; the offset is null where it is not known. */
export function sentBy(operation: Operation): readonly Sighting<number | null>[] {
  return stepsOf(operation).flatMap((step) => {
    if (step[0] !== "send") return [];
    const [, key, what] = step;
    const [offset, value] = typeof what === "number" ? [null, what] : what;
    return [{ key, offset, value }];
  });
}

/** What an operation polled: key by key within a poll, each in the order in which it came. */
export function polledBy(operation: Operation): readonly Sighting[] {
  return stepsOf(operation).flatMap((step) =>
    step[0] !== "poll" || step.length === 1
      ? []
      : Object.entries(step[1]).flatMap(([key, found]) =>
          found.map(([offset, value]) => ({ key: Number(key), offset, value })),
        ),
  );
}

/** The keys whose reader may have changed before or while an operation polled. */
export function rebalancedBy(operation: Operation): ReadonlySet<Key> {
  const log = "rebalance-log" in operation ? operation["rebalance-log"] : undefined;
  return new Set(log?.flatMap(({ keys }) => keys));
}

function stepsOf(operation: Operation): readonly Step[] {
  return operation.f === "send" || operation.f === "poll" || operation.f === "txn" ? operation.value : [];
}
