import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatches, readControlRecord, writeTransactionMarker, type RecordBatch } from "@moldau/protocol-codec";
import { batchOf, storageKinds, type StorageKind, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

type Step =
  | { readonly do: "write"; readonly producer: number; readonly count: number }
  | { readonly do: "end"; readonly producer: number; readonly type: "ABORT" | "COMMIT" }
  | { readonly do: "deleteBefore" | "truncate"; readonly part: number }
  | { readonly do: "damage"; readonly file: number; readonly suffix: ".index" | ".timeindex" | ".txnindex" }
  | { readonly do: "roll" | "flush" | "restart" | "kill" | "expire" };

const part = fc.double({ min: 0, max: 1, noNaN: true });
/** Producer 0 is one without transactions. */
const producer = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant("write" as const), producer, count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      producer: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom("ABORT" as const, "COMMIT" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("deleteBefore" as const, "truncate" as const), part }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("damage" as const),
      file: fc.nat({ max: 20 }),
      suffix: fc.constantFrom(".index" as const, ".timeindex" as const, ".txnindex" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("roll", "flush", "restart", "kill", "expire") }),
  },
);

/** A batch of the model: records of a producer, or the marker that ends its transaction. */
interface Batch {
  readonly base: number;
  readonly count: number;
  readonly producer: number;
  readonly marker?: "ABORT" | "COMMIT";
}

/** What a log is to hold, as a list of batches from which everything is worked out anew. */
class Model {
  start = 0;
  batches: readonly Batch[] = [];

  get end(): number {
    const last = this.batches.at(-1);
    return last === undefined ? 0 : last.base + last.count;
  }

  add(batch: Omit<Batch, "base">): void {
    this.batches = [...this.batches, { base: this.end, ...batch }];
  }

  truncate(offset: number): void {
    this.batches = this.batches.filter(({ base, count }) => base + count <= offset);
    this.start = Math.min(this.start, this.end);
  }

  /** The marker behind a batch that decides about it; undefined while its transaction is open. */
  #decision({ base, producer: id }: Batch): Batch["marker"] {
    return this.batches.find((other) => other.base > base && other.producer === id && other.marker !== undefined)
      ?.marker;
  }

  /** The first offset of each transaction that is open. */
  get open(): number[] {
    const undecided = this.batches.filter(
      (batch) => batch.producer > 0 && batch.marker === undefined && this.#decision(batch) === undefined,
    );
    const producers = new Set(undecided.map((batch) => batch.producer));
    return [...producers].map((id) => undecided.find((batch) => batch.producer === id)?.base ?? 0);
  }

  /** The offsets of the records that a reader of committed records gets below `end`. */
  committed(end: number): number[] {
    return this.batches
      .filter((batch) => batch.marker === undefined && (batch.producer === 0 || this.#decision(batch) === "COMMIT"))
      .flatMap(({ base, count }) => Array.from({ length: count }, (_, index) => base + index))
      .filter((offset) => offset >= this.start && offset < end);
  }
}

function bytesOf({ count, producer: id, marker }: Omit<Batch, "base">): Buffer {
  const values = Array.from({ length: count }, (_, index) => `value ${index}`);
  if (id === 0) return batchOf(values);
  const header = { producerId: BigInt(id), producerEpoch: 0 };
  if (marker !== undefined) return writeTransactionMarker(marker, { ...header, coordinatorEpoch: 0, timestamp: 1 });
  return batchOf(values, { ...header, isTransactional: true });
}

/** The offsets that a consumer of committed records is left with, which knows of aborted transactions what each answer says. */
async function readCommitted(log: PartitionLog, maxBytes: number): Promise<number[]> {
  const found: number[] = [];
  const end = log.lastStableOffset;
  for (let offset = log.logStartOffset; offset < end;) {
    const { records, nextOffset, upperBound } = await log.read(offset, { maxBytes, minOneMessage: true, upTo: end });
    const listed = await log.abortedTransactions(offset, upperBound);
    const aborted = listed.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
    expect(nextOffset).toBeGreaterThan(offset);
    for (const batch of readBatches(records)) found.push(...keptOf(batch, aborted, offset));
    offset = nextOffset;
  }
  return found;
}

/** The records of a batch that count. The marker of an aborted transaction takes the transaction off the list. */
function keptOf(
  batch: RecordBatch,
  aborted: { readonly producerId: bigint; readonly firstOffset: bigint }[],
  from: bigint,
): number[] {
  const at = aborted.findIndex(
    ({ producerId, firstOffset }) => producerId === batch.producerId && firstOffset <= batch.lastOffset,
  );
  if (batch.isControl) {
    for (const record of batch) if (readControlRecord(record).type === "ABORT" && at >= 0) aborted.splice(at, 1);
    return [];
  }
  if (batch.isTransactional && at >= 0) return [];
  return [...batch].map(({ offset }) => Number(offset)).filter((offset) => offset >= from);
}

/** A log beside its model. */
class Run {
  readonly model = new Model();
  readonly #place: TestLog;
  #log: PartitionLog;

  private constructor(place: TestLog, log: PartitionLog) {
    this.#place = place;
    this.#log = log;
  }

  static async begin(place: TestLog): Promise<Run> {
    return new Run(place, await place.open());
  }

  async take(taken: Step): Promise<void> {
    const log = this.#log;
    switch (taken.do) {
      case "write":
        return this.#append({ count: taken.count, producer: taken.producer });
      case "end":
        return this.#append({ count: 1, producer: taken.producer, marker: taken.type });
      case "deleteBefore":
        return this.#deleteBefore(Math.floor(this.model.end * taken.part));
      case "truncate":
        return this.#truncate(this.model.start + Math.floor((this.model.end - this.model.start) * taken.part));
      case "expire":
        this.#place.now += 500;
        return log.expireProducers();
      case "damage":
        await this.#log.close();
        await this.#damage(taken.file, taken.suffix);
        return this.#reopen(true);
      case "restart":
      case "kill":
        return this.#reopen(taken.do === "restart");
      default:
        return log[taken.do]();
    }
  }

  async check(maxBytes: number): Promise<void> {
    const { model } = this;
    const { logStartOffset, logEndOffset, lastStableOffset } = this.#log;
    const end = Number(lastStableOffset);
    expect([Number(logStartOffset), Number(logEndOffset)]).toEqual([model.start, model.end]);
    const visible = model.open.filter((offset) => offset >= model.start);
    // Of a transaction that began before the start, a log may know no more than what is left of it.
    if (visible.length === model.open.length) expect(end).toBe(Math.min(...visible, model.end));
    else expect(end).toBeLessThanOrEqual(Math.min(...visible, model.end));
    expect(end).toBeGreaterThanOrEqual(model.start);
    expect(await readCommitted(this.#log, maxBytes)).toEqual(model.committed(end));
  }

  async #append(batch: Omit<Batch, "base">): Promise<void> {
    const { firstOffset } = await this.#log.append(bytesOf(batch), { leaderEpoch: 0, origin: "coordinator" });
    expect(Number(firstOffset)).toBe(this.model.end);
    this.model.add(batch);
  }

  async #deleteBefore(offset: number): Promise<void> {
    await this.#log.deleteBefore(BigInt(offset));
    this.model.start = Math.max(this.model.start, offset);
  }

  async #truncate(offset: number): Promise<void> {
    await this.#log.truncateTo(BigInt(offset));
    if (offset < this.model.end) this.model.truncate(offset);
  }

  /** Leaves an index file one byte too long, as it can be seen to be. */
  async #damage(file: number, suffix: string): Promise<void> {
    const names = (await this.#place.files()).filter((name) => name.endsWith(suffix));
    const name = names[file % Math.max(1, names.length)];
    if (name !== undefined) await this.#place.overwrite(name, (content) => Buffer.concat([content, Buffer.alloc(1)]));
  }

  async #reopen(isClean: boolean): Promise<void> {
    const { recoveryPoint } = this.#log;
    const options = { logStartOffset: BigInt(this.model.start), recoveryPoint };
    if (isClean) await this.#log.close();
    this.#log = await (isClean
      ? this.#place.open({ ...options, cleanShutdown: true })
      : this.#place.openAfterKill(options));
  }
}

describe.each(storageKinds)("transactions in a log on %s", (kind: StorageKind) => {
  it(
    "are as stable, and their readers get, what a simple model says, whatever is written, ended, cut, rolled, restarted and killed",
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 40 }),
          fc.integer({ min: 1, max: 800 }),
          async (steps, maxBytes) => {
            await using place = await TestLog.make(kind, {
              segmentBytes: 600,
              indexIntervalBytes: 100,
              tailCacheBytes: 300,
              retentionMs: -1,
              producerIdExpirationMs: 1000,
            });
            const run = await Run.begin(place);
            for (const taken of steps) {
              await run.take(taken);
              await run.check(maxBytes);
            }
            await run.take({ do: "kill" });
            await run.check(maxBytes);
          },
        ),
        { numRuns: kind === "memory" ? 200 : 15 },
      );
    },
  );
});
