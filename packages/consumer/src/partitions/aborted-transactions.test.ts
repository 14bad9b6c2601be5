import { writeBatch, writeTransactionMarker, type RecordBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AbortedTransaction } from "./aborted-transactions.js";
import { AssignedPartition } from "./assigned-partition.js";

/** One step of a log: messages of a producer in a transaction, its end, or messages outside of any. */
type Step =
  | { readonly what: "send"; readonly producer: number; readonly count: number }
  | { readonly what: "end"; readonly producer: number; readonly how: "COMMIT" | "ABORT" }
  | { readonly what: "plain"; readonly count: number };

interface Log {
  readonly batches: { readonly base: bigint; readonly bytes: Buffer; readonly next: bigint }[];
  /** All transactions that were aborted, with the offset of their marker. */
  readonly aborted: (AbortedTransaction & { readonly marker: bigint })[];
  /** The offsets of messages that are to be handed out. */
  readonly wanted: bigint[];
}

function stamp(producer: number) {
  return { producerId: BigInt(producer), producerEpoch: 0 };
}

/** Writes a log as a broker would; transactions that are left open are ended at last. */
function logOf(steps: readonly Step[]): Log {
  const log: Log = { batches: [], aborted: [], wanted: [] };
  const open = new Map<number, bigint[]>();
  let next = 0n;
  const append = (bytes: Buffer, count: number): bigint[] => {
    const offsets = Array.from({ length: count }, (_, index) => next + BigInt(index));
    log.batches.push({ base: next, bytes, next: next + BigInt(count) });
    next += BigInt(count);
    return offsets;
  };
  const end = (producer: number, how: "COMMIT" | "ABORT"): void => {
    const offsets = open.get(producer);
    if (offsets === undefined) return;
    open.delete(producer);
    const marker = { ...stamp(producer), baseOffset: next, coordinatorEpoch: 0, timestamp: 1 };
    if (how === "COMMIT") log.wanted.push(...offsets);
    else log.aborted.push({ producerId: BigInt(producer), firstOffset: offsets[0]!, marker: next });
    append(writeTransactionMarker(how, marker), 1);
  };
  for (const step of steps) {
    if (step.what === "end") end(step.producer, step.how);
    else {
      const records = Array.from({ length: step.count }, (_, index) => ({ value: `${index}` }));
      const isPlain = step.what === "plain";
      const options = isPlain ? {} : { ...stamp(step.producer), baseSequence: 0, isTransactional: true };
      const offsets = append(writeBatch({ baseOffset: next, ...options }, records), step.count);
      if (isPlain) log.wanted.push(...offsets);
      else open.set(step.producer, [...(open.get(step.producer) ?? []), ...offsets]);
    }
  }
  for (const producer of [...open.keys()]) end(producer, "ABORT");
  return log;
}

/** Reads a log in answers of so many batches, each with the aborted transactions that overlap with it, as a broker tells them. */
function read({ batches, aborted }: Log, perAnswer: number): { offsets: bigint[]; position: bigint } {
  const partition = new AssignedPartition("orders", 0);
  partition.found(0n);
  const offsets: bigint[] = [];
  for (let index = 0; index < batches.length; index += perAnswer) {
    const answer = batches.slice(index, index + perAnswer);
    const [from, to] = [answer[0]!.base, answer.at(-1)!.next];
    const overlapping = aborted.filter(({ firstOffset, marker }) => firstOffset < to && marker >= from);
    partition.received(
      Buffer.concat(answer.map(({ bytes }) => bytes)),
      { nextOffset: to, leaderEpoch: -1 },
      overlapping,
    );
    for (let batch = partition.nextBatch(); batch !== undefined; batch = partition.nextBatch()) {
      for (const record of batch) offsets.push(record.offset);
      partition.ledger.advanceTo(batch.nextOffset);
    }
  }
  return { offsets, position: partition.position };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    what: fc.constant("send" as const),
    producer: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    what: fc.constant("end" as const),
    producer: fc.integer({ min: 1, max: 3 }),
    how: fc.constantFrom("COMMIT" as const, "ABORT" as const),
  }),
  fc.record({ what: fc.constant("plain" as const), count: fc.integer({ min: 1, max: 3 }) }),
);

describe("messages of aborted transactions", () => {
  it("are left out from the first to the marker, and nothing else is", () => {
    const log = logOf([
      { what: "send", producer: 1, count: 2 },
      { what: "send", producer: 2, count: 1 },
      { what: "plain", count: 1 },
      { what: "send", producer: 1, count: 1 },
      { what: "end", producer: 1, how: "ABORT" },
      { what: "send", producer: 1, count: 1 },
      { what: "end", producer: 2, how: "COMMIT" },
      { what: "end", producer: 1, how: "COMMIT" },
    ]);
    expect(read(log, 100)).toEqual({ offsets: [2n, 3n, 6n], position: 9n });
    expect(read(log, 1)).toEqual({ offsets: [2n, 3n, 6n], position: 9n });
  });

  it("are left out exactly, whatever the log and however answers cut it", () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (steps, perAnswer) => {
          const log = logOf(steps);
          const { offsets, position } = read(log, perAnswer);
          expect(offsets).toEqual(log.wanted.toSorted((a, b) => (a < b ? -1 : 1)));
          expect(position).toBe(log.batches.at(-1)?.next ?? 0n);
        },
      ),
    );
  });

  it("stay left out when what was read before them is put back", () => {
    const log = logOf([
      { what: "send", producer: 1, count: 1 },
      { what: "end", producer: 1, how: "COMMIT" },
      { what: "send", producer: 1, count: 1 },
      { what: "plain", count: 1 },
    ]);
    const partition = new AssignedPartition("orders", 0);
    partition.found(0n);
    partition.received(
      Buffer.concat(log.batches.map(({ bytes }) => bytes)),
      { nextOffset: 5n, leaderEpoch: -1 },
      log.aborted,
    );
    const batches: RecordBatch[] = [];
    partition.ledger.take({ from: 0n, to: 0n, batches }, 0);
    for (let batch = partition.nextBatch(); batch !== undefined; batch = partition.nextBatch()) batches.push(batch);
    expect(batches.map(({ baseOffset }) => baseOffset)).toEqual([0n, 3n]);
    partition.giveBack();
    expect([partition.nextBatch()?.baseOffset, partition.nextBatch()?.baseOffset]).toEqual([0n, 3n]);
  });
});
