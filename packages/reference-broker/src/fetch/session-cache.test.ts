import { Uuid } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { VirtualClock } from "moldau-testing";
import { nextEpoch } from "./fetch-session.js";
import { FetchSessionCache } from "./session-cache.js";

function cacheOf(slots: number): { readonly cache: FetchSessionCache; readonly clock: VirtualClock } {
  const clock = new VirtualClock();
  let seed = 0.1;
  const random = (): number => (seed = (seed * 997) % 1);
  return { cache: new FetchSessionCache({ slots, clock, random }), clock };
}

test("without a free slot a newcomer gets no session", () => {
  const { cache } = cacheOf(2);
  expect(cache.create(1, false)).toBeDefined();
  expect(cache.create(1, false)).toBeDefined();
  expect(cache.create(100, false)).toBeUndefined();
  expect(cache.size).toBe(2);
});

test("a session that was idle for two minutes gives way to any other", async () => {
  const { cache, clock } = cacheOf(2);
  const idle = cache.create(50, false);
  await clock.advance(100_000);
  const used = cache.create(50, false);
  await clock.advance(30_000);
  const newcomer = cache.create(1, false);
  expect(newcomer).toBeDefined();
  expect(cache.get(idle?.id ?? 0)).toBeUndefined();
  expect(cache.get(used?.id ?? 0)).toBe(used);
});

test("an old session in use gives way only to one with as many partitions", async () => {
  const { cache, clock } = cacheOf(1);
  const old = cache.create(3, false);
  old?.update(partitions(3));
  for (let minute = 0; minute < 3; minute++) {
    await clock.advance(60_000);
    if (old !== undefined) cache.touch(old);
  }
  expect(cache.create(2, false)).toBeUndefined();
  expect(cache.create(3, false)).toBeDefined();
  expect(cache.get(old?.id ?? 0)).toBeUndefined();
});

test("a young session never gives way, however small", async () => {
  const { cache, clock } = cacheOf(1);
  const young = cache.create(1, false);
  await clock.advance(60_000);
  if (young !== undefined) cache.touch(young);
  expect(cache.create(1000, false)).toBeUndefined();
});

test("after the largest epoch comes 1", () => {
  expect(nextEpoch(1)).toBe(2);
  expect(nextEpoch(2_147_483_647)).toBe(1);
});

function partitions(count: number) {
  return Array.from({ length: count }, (_, partition) => ({
    topic: "t",
    topicId: Uuid.zero,
    partition,
    fetchOffset: 0n,
    maxBytes: 1,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  }));
}
