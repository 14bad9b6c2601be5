import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storageKinds, type StorageKind, TestLog } from "../../../../test/support/test-log.js";
import { TransactionsBesideModel, type Step } from "../../testing/transactions-beside-model.js";

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
            const run = await TransactionsBesideModel.begin(place);
            for (const taken of [...steps, { do: "kill" } as const]) {
              await run.take(taken);
              const facts = await run.facts(maxBytes);
              expect(facts).toEqual(run.expected(facts.stable));
            }
          },
        ),
        { numRuns: kind === "memory" ? 200 : 15 },
      );
    },
  );
});
