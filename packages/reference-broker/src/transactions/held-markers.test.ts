import { expect, test } from "vitest";
import { MarkerHolds } from "./held-markers.js";
import type { TransactionMarker } from "./marker.js";

const marker: TransactionMarker = {
  transactionalId: "shop",
  producerId: 1n,
  producerEpoch: 0,
  coordinatorEpoch: 0,
  isCommit: true,
  transactionVersion: 2,
};
const to = { topic: "orders", partition: 3 };

async function isPassing(holds: MarkerHolds): Promise<boolean> {
  const ending = new AbortController();
  const passed = holds.passed(marker, to, ending.signal).then(
    () => true,
    () => false,
  );
  await Promise.resolve();
  ending.abort(new Error("enough"));
  return await passed;
}

test("a marker is held by every rule that is about it, until each is released", async () => {
  const holds = new MarkerHolds();
  const [first, second] = [holds.hold({ topic: "orders" }), holds.hold({})];
  const { signal } = new AbortController();
  let isThrough = false;
  const passed = holds.passed(marker, to, signal).then(() => (isThrough = true));
  expect([first.waiting, second.waiting]).toEqual([1, 0]);
  first.release();
  await Promise.resolve();
  await Promise.resolve();
  expect(isThrough).toBe(false);
  expect([first.waiting, second.waiting]).toEqual([0, 1]);
  second.release();
  second.release();
  await passed;
  expect(await isPassing(holds)).toBe(true);
});

test.each([
  [{ transactionalId: "shop", topic: "orders", partition: 3 }, false],
  [{ transactionalId: "billing" }, true],
  [{ topic: "payments" }, true],
  [{ partition: 0 }, true],
  [{ partition: 3 }, false],
])("a hold of %j lets others pass: %s", async (rule, passes) => {
  const holds = new MarkerHolds();
  holds.hold(rule);
  expect(await isPassing(holds)).toBe(passes);
});

test("whoever gives a held marker up leaves nothing behind", async () => {
  const holds = new MarkerHolds();
  const held = holds.hold({});
  const ending = new AbortController();
  const passed = holds.passed(marker, to, ending.signal);
  expect(held.waiting).toBe(1);
  ending.abort(new Error("moved"));
  await expect(passed).rejects.toThrow("moved");
  expect(held.waiting).toBe(0);
});

test.each<[object, string]>([
  [{ topics: "orders" }, 'did you mean "topic"?'],
  [{ topic: 7 }, "topic must be a text, not 7"],
  [{ partition: -1 }, "partition must be a whole number from 0 on, not -1"],
])("a rule such as %j is refused", (rule, sentence) => {
  expect(() => new MarkerHolds().hold(rule)).toThrow(RangeError);
  expect(() => new MarkerHolds().hold(rule)).toThrow(sentence);
});
