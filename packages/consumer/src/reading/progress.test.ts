import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assigned, batch, bench } from "../../test-support/reading-bench.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Holding, Run } from "../partitions/ledger.js";
import { BatchLoop } from "./batch-loop.js";
import { MessageLoop } from "./message-loop.js";
import type { OpenBatch } from "./open-batch.js";
import type { Reader, Reading } from "./reader.js";

const perBatch = 3;
const batches = 4;
const all = BigInt(perBatch * batches);

/** What may happen between two messages, or two batches. */
type Happening = "next" | "leave" | "pause" | "resume" | "seek" | "give up" | "look";

const happenings = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Happening>("next") },
    { weight: 2, arbitrary: fc.constantFrom<Happening>("leave", "pause", "resume", "look") },
    { weight: 1, arbitrary: fc.constantFrom<Happening>("seek", "give up") },
  ),
  { maxLength: 60 },
);

/** Offsets that a partition handed out, and which of them the application is through with. */
class HandedOut {
  readonly partition: AssignedPartition;
  readonly #undone = new Set<bigint>();

  constructor(partition: AssignedPartition) {
    this.partition = partition;
  }

  handedOut(offsets: Iterable<bigint>): void {
    for (const offset of offsets) this.#undone.add(offset);
  }

  done(offsets: Iterable<bigint>): void {
    for (const offset of offsets) this.#undone.delete(offset);
  }

  /** Reading goes on elsewhere: what was in hand is of no account. */
  forget(): void {
    this.#undone.clear();
  }

  /** The offsets that a commit at this moment would cover although they are not done. */
  wronglyDue(): bigint[] {
    const { done, due } = this.partition;
    return [...this.#undone].filter((offset) => offset < (due?.offset ?? done));
  }
}

describe("nothing that is not done is due for commit", () => {
  it.each(["messages", "batches"])(
    "in loops over %s, whatever happens to loops and partitions meanwhile",
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(happenings, async (script) => {
          const { reader, give } = bench();
          const records = [0, 1].map((number) => new HandedOut(assigned(number)));
          const refill = (partition: AssignedPartition): void => {
            const from = Number(partition.fetchOffset) - (Number(partition.fetchOffset) % perBatch);
            for (let base = from; base < Number(all); base += perBatch) give(partition, batch({ baseOffset: base }));
          };
          for (const { partition } of records) refill(partition);
          let loop = kind === "messages" ? new MessageLoop(reader) : new BatchLoop(reader, { maxMessages: 4 });
          let hand: { record: HandedOut; offsets: bigint[] } | undefined;
          let turn = 0;
          for (const happening of script) {
            const record = records[turn++ % 2]!;
            const { partition } = record;
            if (
              happening === "next" &&
              records.some((each) => each.partition.isReadable && !each.partition.buffer.isEmpty)
            ) {
              hand?.record.done(hand.offsets);
              const { value } = await loop.next();
              const owner = records.find((each) => each.partition.partition === value?.partition);
              if (value === undefined || owner === undefined) throw new Error("nothing came");
              const offsets = "offset" in value ? [value.offset] : value.toArray().map(({ offset }) => offset);
              owner.handedOut(offsets);
              hand = { record: owner, offsets };
            } else if (happening === "leave") {
              await loop.return();
              hand = undefined;
              for (const each of records) each.forget();
              loop = kind === "messages" ? new MessageLoop(reader) : new BatchLoop(reader, { maxMessages: 4 });
            } else if (happening === "pause" || happening === "resume") {
              partition.paused = happening === "pause";
              reader.enqueue(partition);
              reader.interrupt();
            } else if (happening === "seek" || happening === "give up") {
              if (happening === "seek") partition.seek(all / 2n);
              else partition.end();
              record.forget();
              if (hand?.record === record) hand = undefined;
              reader.interrupt();
              if (happening === "seek" && partition.isLive) refill(partition);
            }
            for (const each of records) if (each.partition.isLive) expect(each.wronglyDue()).toEqual([]);
          }
          await loop.return();
        }),
        { numRuns: 150 },
      );
    },
  );
});

/** A loop that hands out messages of several partitions at once, one of each, and whose handlers are through when they are: a kind that the package does not have yet. */
class OneOfEachPartition implements Reading<never> {
  readonly #reader: Reader;
  readonly #open = new Map<AssignedPartition, { open: OpenBatch; holding: Holding | undefined }>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get isEmptyHanded(): boolean {
    return [...this.#open.values()].every(({ holding }) => holding === undefined);
  }

  settle(): void {
    // Each handler settles what it was given.
  }

  handOut(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async open(): Promise<boolean> {
    const open = await this.#reader.feed.take();
    if (open !== undefined) this.#open.set(open.partition, { open, holding: undefined });
    return open !== undefined;
  }

  interrupted(): void {
    // Nothing is taken without looking.
  }

  letGo(): void {
    for (const partition of this.#open.keys()) this.#reader.feed.giveBack(partition);
    this.#open.clear();
  }

  /** Takes the next message of a partition; its offset, undefined when the batch is over. */
  take(partition: AssignedPartition): bigint | undefined {
    const taken = this.#open.get(partition);
    if (taken === undefined || taken.holding !== undefined) return undefined;
    if (!taken.open.advance()) {
      this.#open.delete(partition);
      this.#reader.feed.finish(taken.open);
      return undefined;
    }
    const { offset } = taken.open;
    const run: Run = { from: offset, to: offset + 1n, batches: [taken.open.batch] };
    taken.holding = partition.ledger.take(run, taken.open.source.leaderEpoch);
    return offset;
  }

  finish(partition: AssignedPartition): void {
    const taken = this.#open.get(partition);
    if (taken?.holding !== undefined) partition.ledger.complete(taken.holding);
    if (taken !== undefined) taken.holding = undefined;
  }
}

it("another kind of loop is nothing but another loop: handlers for several partitions at once, each in order", async () => {
  const { reader, give } = bench();
  const partitions = [assigned(0), assigned(1), assigned(2)];
  for (const partition of partitions)
    for (let base = 0; base < Number(all); base += perBatch) give(partition, batch({ baseOffset: base }));
  const loop = new OneOfEachPartition(reader);
  reader.acquire(loop);
  const seen = new Map(partitions.map((partition) => [partition, [] as bigint[]]));
  while (await loop.open());
  const [first, second, third] = partitions;
  // The first handler hangs; the others go on, and their progress is their own.
  expect(loop.take(first!)).toBe(0n);
  for (const partition of [second!, third!]) {
    while (BigInt(seen.get(partition)?.length ?? 0) < all) {
      const offset = loop.take(partition);
      if (offset === undefined) await loop.open();
      else seen.get(partition)?.push(offset);
      loop.finish(partition);
    }
  }
  expect(partitions.map(({ done }) => done)).toEqual([0n, all, all]);
  expect(seen.get(second!)).toEqual(Array.from({ length: Number(all) }, (_, index) => BigInt(index)));
  const empty = reader.emptyHanded([second!, third!], new AbortController().signal);
  await empty;
  reader.release(loop);
  expect([first!.done, first!.position]).toEqual([0n, 0n]);
  expect((await new MessageLoop(reader).next()).value?.offset).toBe(0n);
});
