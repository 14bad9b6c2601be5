import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fate } from "../test-support/model-coordinator.js";
import { TransactionalBench } from "../test-support/transactional-bench.js";
import { TransactionError } from "./index.js";

/** What may befall a request: it is lost before or after it took effect, or refused with a code that passes, or one that forbids the commit. */
const fates: readonly Fate[] = ["lost before", "lost after", 14, 15, 16, 51, 120];
/** Of an end, UNKNOWN_SERVER_ERROR tells nothing; of other requests it is the end of the producer. */
const fatesOfAnEnd: readonly Fate[] = [...fates, -1, ...Array.from({ length: 12 }, () => "lost before" as const)];

/** What befalls the requests of one transaction, by API, and whether its time ends in the middle. */
interface Plan {
  readonly Produce: readonly Fate[];
  readonly coordinator: readonly (readonly [api: string, fate: Fate])[];
  readonly expires: boolean;
}

const beforeTheEnd = ["InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "TxnOffsetCommit"];

const plan: fc.Arbitrary<Plan> = fc.record({
  Produce: fc.array(fc.constantFrom<Fate>("lost before", "lost after", 6, 19, 10, 51), { maxLength: 3 }),
  coordinator: fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...beforeTheEnd), fc.constantFrom(...fates)),
      fc.tuple(fc.constant("EndTxn"), fc.constantFrom(...fatesOfAnEnd)),
    ),
    { maxLength: 12 },
  ),
  expires: fc.boolean(),
});

async function play(
  bench: TransactionalBench,
  value: string,
  { Produce, coordinator, expires }: Plan,
): Promise<string> {
  bench.refusals.push(...Produce);
  for (const [api, fate] of coordinator) bench.coordinator.befall(api, fate);
  const call = bench.producer.transaction(async (tx) => {
    await tx.send({ topic: "orders", messages: [{ partition: 0, value: `${value}/0` }] });
    if (expires && bench.coordinator.state === "Ongoing") bench.coordinator.expire();
    await tx.sendOffsets({ group: { groupId: "g" }, offsets: [{ topic: "orders", partition: 0, offset: 1n }] });
    await tx.send({ topic: "orders", messages: [{ partition: 1, value: `${value}/1` }] });
  });
  return bench.outcome(
    call.then(
      () => "committed",
      (error: unknown) => (error instanceof TransactionError ? error.outcome : "aborted"),
    ),
  );
}

function judge(bench: TransactionalBench, outcomes: ReadonlyMap<string, string>): void {
  for (const [value, outcome] of outcomes) {
    const copies = [0, 1].map((part) => bench.visible.filter((one) => one === `${value}/${part}`).length);
    const wanted = { committed: [[1, 1]], aborted: [[0, 0]] }[outcome] ?? [
      [0, 0],
      [1, 1],
    ];
    expect(wanted, `${value} is ${outcome}`).toContainEqual(copies);
  }
  const order = bench.visible.map((value) => Number(value.split("/")[0]));
  expect(order).toEqual(order.toSorted((one, other) => one - other));
}

describe.each([0, 2] as const)("whatever becomes of requests, at level %i of transaction.version,", (level) => {
  it("a transaction is there as a whole, once and in order, or not at all, as its outcome says; and the producer goes on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 6 }), async (plans) => {
        const bench = new TransactionalBench(level, { maxBlockMs: 3000, deliveryTimeoutMs: 2000 });
        const outcomes = new Map<string, string>();
        for (const [index, one] of plans.entries()) outcomes.set(`${index}`, await play(bench, `${index}`, one));
        bench.refusals.length = 0;
        bench.coordinator.fates.clear();
        outcomes.set("99", await play(bench, "99", { Produce: [], coordinator: [], expires: false }));
        expect(outcomes.get("99")).toBe("committed");
        judge(bench, outcomes);
        await bench.producer.close();
      }),
      { numRuns: Number(process.env["PRODUCER_RUNS"] ?? 100) },
    );
  }, 120_000);
});
