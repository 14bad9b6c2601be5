import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatches } from "@moldau/protocol-codec";
import { batchOf, storageKinds, type StorageKind, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

type Step =
  | { readonly do: "append"; readonly counts: readonly number[] }
  | { readonly do: "fail"; readonly keepBytes: number; readonly count: number }
  | { readonly do: "deleteBefore" | "truncate"; readonly part: number }
  | { readonly do: "roll" | "flush" | "restart" | "kill" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      keepBytes: fc.integer({ min: 0, max: 120 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("deleteBefore" as const, "truncate" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("roll" as const, "flush" as const, "restart" as const, "kill" as const),
    }),
  },
);

/** What a log is to hold: its batches as lists of values, with their base offsets. */
class Model {
  start = 0;
  end = 0;
  batches: { readonly base: number; readonly values: readonly string[] }[] = [];

  append(values: readonly string[]): void {
    this.batches.push({ base: this.end, values });
    this.end += values.length;
  }

  deleteBefore(offset: number): void {
    this.start = Math.max(this.start, offset);
  }

  truncate(offset: number): void {
    if (offset >= this.end) return;
    const kept = this.batches.filter(({ base, values }) => base + values.length <= offset);
    this.end = this.batches.find(({ base, values }) => base + values.length > offset)?.base ?? this.end;
    this.batches = kept;
    this.start = Math.min(this.start, this.end);
  }

  /** Offset and value of every record that can be read. */
  get records(): [number, string][] {
    return this.batches
      .flatMap(({ base, values }) => values.map((value, index): [number, string] => [base + index, value]))
      .filter(([offset]) => offset >= this.start);
  }
}

async function recordsOf(log: PartitionLog, maxBytes: number): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset;) {
    const { records, nextOffset } = await log.read(offset, { maxBytes, minOneMessage: true });
    expect(nextOffset).toBeGreaterThan(offset);
    for (const batch of readBatches(records)) {
      for (const record of batch)
        if (record.offset >= offset) found.push([Number(record.offset), record.value?.toString() ?? ""]);
    }
    offset = nextOffset;
  }
  return found;
}

describe.each(storageKinds)("a log on %s", (kind: StorageKind) => {
  it(
    "holds what a simple model holds, whatever is appended, cut, rolled, failed, restarted and killed",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 25 }),
          fc.integer({ min: 1, max: 2000 }),
          async (steps, maxBytes) => {
            await using place = await TestLog.make(kind, {
              segmentBytes: 600,
              indexIntervalBytes: 100,
              tailCacheBytes: 300,
              retentionMs: -1,
            });
            const model = new Model();
            let log = await place.open();
            let recoveryPoint = 0n;
            let counter = 0;
            const values = (count: number): string[] => Array.from({ length: count }, () => `value ${counter++}`);
            const append = async (batch: readonly string[]): Promise<bigint> =>
              (await log.append(batchOf(batch), { leaderEpoch: 0, origin: "client" })).firstOffset;
            for (const taken of steps) {
              switch (taken.do) {
                case "append": {
                  const batches = taken.counts.map(values);
                  const offsets = await Promise.all(batches.map(append));
                  for (const [index, batch] of batches.entries()) {
                    expect(Number(offsets[index])).toBe(model.end);
                    model.append(batch);
                  }
                  break;
                }
                case "fail":
                  place.storage.fail({ operation: "write", path: /\.log$/, keepBytes: taken.keepBytes });
                  await expect(append(values(taken.count))).rejects.toThrow();
                  break;
                case "deleteBefore": {
                  const offset = Math.floor(model.end * taken.part);
                  await log.deleteBefore(BigInt(offset));
                  model.deleteBefore(offset);
                  break;
                }
                case "truncate": {
                  const offset = model.start + Math.floor((model.end - model.start) * taken.part);
                  await log.truncateTo(BigInt(offset));
                  model.truncate(offset);
                  break;
                }
                case "roll":
                  await log.roll();
                  break;
                case "flush":
                  await log.flush();
                  break;
                case "restart":
                  await log.close();
                  log = await place.open({ cleanShutdown: true, logStartOffset: BigInt(model.start), recoveryPoint });
                  break;
                case "kill":
                  log = await place.openAfterKill({ logStartOffset: BigInt(model.start), recoveryPoint });
                  break;
              }
              recoveryPoint = log.recoveryPoint;
              expect([Number(log.logStartOffset), Number(log.logEndOffset)]).toEqual([model.start, model.end]);
            }
            expect(await recordsOf(log, maxBytes)).toEqual(model.records);
            expect(
              await recordsOf(await place.openAfterKill({ logStartOffset: BigInt(model.start) }), maxBytes),
            ).toEqual(model.records);
          },
        ),
        { numRuns: kind === "memory" ? 150 : 25 },
      );
    },
  );
});
