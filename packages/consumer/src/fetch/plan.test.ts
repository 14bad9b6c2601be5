import { Uuid, writeBatch } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { AssignedPartition } from "../partitions/assigned-partition.js";
import { planFetch, type FetchPlan, type NoPlan } from "./plan.js";

const limits = { maxWaitMs: 500, maxBytes: 10_000, partitionMaxBytes: 1000 };

function partition(number: number, bytes = 0): AssignedPartition {
  const made = new AssignedPartition("orders", number);
  made.found(0n);
  made.lineage.ledBy({ node: 1, epoch: 4, topicId: Uuid.zero });
  if (bytes > 0) made.received(writeBatch({}, [{ value: Buffer.alloc(bytes) }]), { nextOffset: 1n, leaderEpoch: 4 });
  return made;
}

function shape(plan: FetchPlan | NoPlan): unknown {
  return typeof plan === "string"
    ? plan
    : [plan.targets.map((target) => `${target.partition}@${target.fetchOffset}`), plan.maxWaitMs, plan.maxBytes];
}

describe("a fetch", () => {
  it("asks for what runs low, behind what is buffered, and waits at the broker when that is everything", () => {
    expect(shape(planFetch([partition(0), partition(1, 100)], { limits, room: 50_000, now: 1000 }))).toEqual([
      ["0@0", "1@1"],
      500,
      10_000,
    ]);
  });

  it("leaves out what holds enough, and does not wait then", () => {
    expect(shape(planFetch([partition(0), partition(1, 600)], { limits, room: 50_000, now: 1000 }))).toEqual([
      ["0@0"],
      0,
      10_000,
    ]);
  });

  it("is not made when everything holds enough", () => {
    expect(planFetch([partition(0, 600), partition(1, 600)], { limits, room: 50_000, now: 1000 })).toBe("enough");
    expect(planFetch([], { limits, room: 50_000, now: 1000 })).toBe("enough");
  });

  it("leaves out what is paused, held back, given up, or has no position, and waits all the same", () => {
    const [paused, held, over] = [partition(0, 600), partition(1), partition(2)];
    paused.paused = true;
    held.heldBackUntil = Infinity;
    over.end();
    const unplaced = new AssignedPartition("orders", 3);
    expect(shape(planFetch([paused, held, over, unplaced, partition(4)], { limits, room: 50_000, now: 1000 }))).toEqual(
      [["4@0"], 500, 10_000],
    );
  });

  it("asks for no more than there is room for, and for nothing without room", () => {
    expect(shape(planFetch([partition(0), partition(1, 600)], { limits, room: 2000, now: 1000 }))).toEqual([
      ["0@0"],
      0,
      expect.any(Number),
    ]);
    expect(
      (planFetch([partition(0), partition(1, 600)], { limits, room: 2000, now: 1000 }) as FetchPlan).maxBytes,
    ).toBeLessThan(1400);
    expect(planFetch([partition(0), partition(1, 600)], { limits, room: 600, now: 1000 })).toBe("full");
  });

  it("takes the room of paused partitions when there is no other: they are fetched again", () => {
    const paused = partition(0, 600);
    paused.paused = true;
    expect(shape(planFetch([paused, partition(1)], { limits, room: 600, now: 1000 }))).toEqual([["1@0"], 500, 600]);
    expect([paused.buffer.bytes, paused.fetchOffset]).toEqual([0, 0n]);
  });

  it("waits at the broker no longer than until a partition that is held back may be asked for again", () => {
    const [held, gone] = [partition(0), partition(1)];
    held.heldBackUntil = 1107.3;
    gone.heldBackUntil = Infinity;
    expect(shape(planFetch([held, gone, partition(2)], { limits, room: 50_000, now: 1000 }))).toEqual([
      ["2@0"],
      108,
      10_000,
    ]);
    expect(shape(planFetch([held, partition(2)], { limits, room: 50_000, now: 1200 }))).toEqual([["2@0"], 0, 10_000]);
  });
});
