import { writeBatch, writeTransactionMarker } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagOf } from "../lag.js";
import { AssignedPartition } from "../partitions/assigned-partition.js";
import { takeAnswer, type PartitionAnswer } from "./answer.js";
import type { IsolationLevel } from "./isolation.js";

/** One step of a log: messages of a producer in a transaction, its end, or messages outside of any. */
type Step =
  | { readonly what: "send"; readonly producer: number; readonly count: number }
  | { readonly what: "end"; readonly producer: number; readonly how: "COMMIT" | "ABORT" }
  | { readonly what: "plain"; readonly count: number };

/** A batch of the log; that of a marker has no messages. */
interface Written {
  readonly base: number;
  readonly next: number;
  readonly producer: number | undefined;
  readonly marker: "COMMIT" | "ABORT" | undefined;
  /** Offsets of the messages that compaction has left; undefined once the batch is gone as a whole. */
  messages: readonly number[] | undefined;
}

interface Transaction {
  readonly producer: number;
  readonly first: number;
  readonly offsets: readonly number[];
  readonly how: "COMMIT" | "ABORT";
  /** Offset of its marker. */
  readonly end: number;
}

/** A partition's log as a broker keeps it, by a model of its own: which offsets count is known from how transactions ended. */
class ModelLog {
  readonly batches: Written[] = [];
  readonly #ended: Transaction[] = [];
  readonly #open = new Map<number, number[]>();
  #next = 0;

  get highWatermark(): number {
    return this.#next;
  }

  get lastStableOffset(): number {
    return Math.min(this.#next, ...[...this.#open.values()].map(([first = Infinity]) => first));
  }

  append(step: Step): void {
    if (step.what === "end") return this.#end(step.producer, step.how);
    const offsets = Array.from({ length: step.count }, (_, index) => this.#next + index);
    const producer = step.what === "plain" ? undefined : step.producer;
    if (producer !== undefined) this.#open.set(producer, [...(this.#open.get(producer) ?? []), ...offsets]);
    this.#push({ producer, marker: undefined, messages: offsets }, step.count);
  }

  endAll(): void {
    for (const producer of [...this.#open.keys()]) this.#end(producer, producer % 2 === 0 ? "COMMIT" : "ABORT");
  }

  /** Removes messages as compaction does: a batch whose messages are all gone stays empty, or goes as a whole. */
  compact(removes: (offset: number) => boolean, drops: (base: number) => boolean): void {
    for (const batch of this.batches) {
      if (batch.marker !== undefined || batch.messages === undefined) continue;
      batch.messages = batch.messages.filter((offset) => !removes(offset));
      if (batch.messages.length === 0 && drops(batch.base)) batch.messages = undefined;
    }
  }

  /** The offsets that count for a reader, from an offset on. */
  wanted(level: IsolationLevel, from: number): number[] {
    const aborted = new Set(
      this.#ended.filter(({ how }) => how === "ABORT").flatMap((transaction) => transaction.offsets),
    );
    return this.batches
      .flatMap(({ marker, messages }) => (marker === undefined ? (messages ?? []) : []))
      .filter((offset) => offset >= from && (level === "read_uncommitted" || !aborted.has(offset)));
  }

  /** What Apache Kafka answers: whole batches up to where the reader may read, the last cut off by `maxBytes`, and the aborted transactions in them. */
  fetch(
    level: IsolationLevel,
    { from, maxBytes }: { readonly from: number; readonly maxBytes: number },
  ): PartitionAnswer {
    const end = level === "read_committed" ? this.lastStableOffset : this.#next;
    const readable = this.batches.filter(
      ({ base, next, messages }) => next > from && base < end && messages !== undefined,
    );
    const bytes = readable.map(encode);
    const first = bytes[0]?.length ?? 0;
    const records = Buffer.concat(bytes).subarray(0, Math.max(first, maxBytes));
    // Kafka takes them from an index by positions, and may list some that begin behind the answer.
    const listed = this.#ended.filter(
      ({ how, first: begins, end: marker }) => how === "ABORT" && marker >= from && begins < end,
    );
    const isCommittedOnly = level === "read_committed";
    return {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: BigInt(this.#next),
      lastStableOffset: isCommittedOnly ? BigInt(end) : -1n,
      logStartOffset: 0n,
      abortedTransactions: isCommittedOnly
        ? listed
            .map(({ producer, first: begins }) => ({ producerId: BigInt(producer), firstOffset: BigInt(begins) }))
            .toReversed()
        : null,
      preferredReadReplica: -1,
      records,
    } as unknown as PartitionAnswer;
  }

  #end(producer: number, how: "COMMIT" | "ABORT"): void {
    const offsets = this.#open.get(producer);
    const [first] = offsets ?? [];
    if (offsets === undefined || first === undefined) return;
    this.#open.delete(producer);
    this.#ended.push({ producer, first, offsets, how, end: this.#next });
    this.#push({ producer, marker: how, messages: [this.#next] }, 1);
  }

  #push(batch: Pick<Written, "producer" | "marker" | "messages">, count: number): void {
    this.batches.push({ base: this.#next, next: this.#next + count, ...batch });
    this.#next += count;
  }
}

function encode({ base, next, producer, marker, messages = [] }: Written): Buffer {
  const baseOffset = BigInt(base);
  const stamp = { producerId: BigInt(producer ?? -1), producerEpoch: producer === undefined ? -1 : 0 };
  if (marker !== undefined)
    return writeTransactionMarker(marker, { ...stamp, baseOffset, coordinatorEpoch: 0, timestamp: 1 });
  const transactional = producer === undefined ? {} : { ...stamp, baseSequence: 0, isTransactional: true };
  return writeBatch(
    { baseOffset, ...transactional, lastOffsetDelta: next - base - 1 },
    messages.map((offset) => ({ offset: BigInt(offset), value: `message ${offset}` })),
  );
}

/** Fetches once, and reads all that came; the offsets that were handed out. */
function readOn(partition: AssignedPartition, log: ModelLog, level: IsolationLevel, maxBytes: number): number[] {
  takeAnswer(partition, log.fetch(level, { from: Number(partition.fetchOffset), maxBytes }), level);
  const offsets: number[] = [];
  for (let batch = partition.nextBatch(); batch !== undefined; batch = partition.nextBatch()) {
    for (const { offset } of batch) if (offset >= partition.position) offsets.push(Number(offset));
    partition.ledger.advanceTo(batch.nextOffset);
  }
  // Everything that came was handed out or stepped over.
  expect(partition.position).toBe(partition.fetchOffset);
  return offsets;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("send" as const),
      producer: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("end" as const),
      producer: fc.integer({ min: 1, max: 4 }),
      how: fc.constantFrom("COMMIT" as const, "ABORT" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("plain" as const), count: fc.integer({ min: 1, max: 3 }) }) },
);
const steps = fc.array(step, { minLength: 1, maxLength: 40 });
const level = fc.constantFrom<IsolationLevel>("read_committed", "read_uncommitted");
/** From less than a batch to many. */
const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 });

describe("reading by isolation level, against a model of interleaved transactions", () => {
  it("is exact while the log grows, however answers cut it", () => {
    fc.assert(
      fc.property(
        steps,
        level,
        sizes,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        (all, by, bytes, reads) => {
          const log = new ModelLog();
          const partition = new AssignedPartition("orders", 0);
          partition.found(0n);
          const seen: number[] = [];
          let fetches = 0;
          const read = (): void => {
            seen.push(...readOn(partition, log, by, bytes[fetches++ % bytes.length] ?? 1));
            const end = by === "read_committed" ? log.lastStableOffset : log.highWatermark;
            expect(Number(partition.position)).toBeLessThanOrEqual(end);
            expect(lagOf([partition])).toMatchObject([
              { highWatermark: BigInt(end), lag: BigInt(end) - partition.position },
            ]);
          };
          for (const [index, each] of all.entries()) {
            log.append(each);
            if (reads[index % reads.length] === true) read();
          }
          log.endAll();
          // Each answer holds a batch at least.
          for (let left = log.batches.length; left >= 0; left--) read();
          expect(seen).toEqual(log.wanted(by, 0));
          expect(Number(partition.position)).toBe(log.highWatermark);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is exact from any place, in a log that was compacted, over stays and seeks", () => {
    fc.assert(
      fc.property(
        steps,
        level,
        sizes,
        fc.record({
          from: fc.nat(120),
          removed: fc.array(fc.nat(4), { minLength: 5, maxLength: 13 }),
          dropped: fc.nat(3),
        }),
        (all, by, bytes, { from, removed, dropped }) => {
          const log = new ModelLog();
          log.append({ what: "plain", count: 1 });
          for (const each of all) log.append(each);
          log.endAll();
          log.compact(
            (offset) => removed[offset % removed.length] === 0,
            (base) => base % 4 === dropped,
          );
          const start = from % log.highWatermark;
          const partition = new AssignedPartition("orders", 0);
          // An answer that is dropped half read leaves nothing behind for the next place.
          partition.found(0n);
          takeAnswer(partition, log.fetch(by, { from: 0, maxBytes: 400 }), by);
          partition.nextBatch();
          partition.seek(BigInt(start));
          const seen: number[] = [];
          for (let round = 0; round <= log.batches.length; round++)
            seen.push(...readOn(partition, log, by, bytes[round % bytes.length] ?? 1));
          expect(seen).toEqual(log.wanted(by, start));
          // Behind a batch that is gone as a whole nothing can be known.
          const last = log.batches.findLast(({ messages }) => messages !== undefined);
          expect(Number(partition.position)).toBe(Math.max(start, last?.next ?? 0));
        },
      ),
      { numRuns: 500 },
    );
  });
});
