import type { TopicMetadata } from "@moldau/connection-pool";
import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { StickyPartitioner } from "./sticky.js";

function topic(leaders: readonly number[]): TopicMetadata {
  const partitions = leaders.map((leader, partition) => ({
    partition,
    leader,
    leaderEpoch: 0,
    replicas: [],
    isr: [],
    errorCode: 0,
  }));
  return { name: "orders", topicId: Uuid.zero, isInternal: false, partitions };
}

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("messages without a key", () => {
  it("stay on one partition for a batch's worth of bytes, and move at a batch's boundary", () => {
    const sticky = new StickyPartitioner({ stickyBytes: 100, random: random() });
    const all = topic([1, 1, 1, 1, 1, 1, 1, 1]);
    const first = sticky.partition(all, () => 0);
    sticky.produced(60);
    sticky.boundary();
    expect(sticky.partition(all, () => 0)).toBe(first);
    sticky.produced(60);
    expect(sticky.partition(all, () => 0)).toBe(first);
    sticky.boundary();
    const moves = Array.from({ length: 20 }, () => {
      sticky.produced(100);
      sticky.boundary();
      return sticky.partition(all, () => 0);
    });
    expect(new Set(moves).size).toBeGreaterThan(4);
  });

  it("move within a batch after twice as much", () => {
    const sticky = new StickyPartitioner({ stickyBytes: 100, random: random(3) });
    const all = topic(Array.from({ length: 1000 }, () => 1));
    const first = sticky.partition(all, () => 0);
    sticky.produced(200);
    expect(sticky.partition(all, () => 0)).not.toBe(first);
  });

  it("leave a partition that has lost its leader, and wait anywhere when none has one", () => {
    const sticky = new StickyPartitioner({ stickyBytes: 100, random: random() });
    const first = sticky.partition(topic([1, 1]), () => 0);
    const without = topic(first === 0 ? [-1, 1] : [1, -1]);
    expect(sticky.partition(without, () => 0)).toBe(1 - first);
    expect([0, 1]).toContain(sticky.partition(topic([-1, -1]), () => 0));
  });

  it("go less to partitions with long queues, and evenly to equal ones", () => {
    const share = (queues: readonly number[]): number[] => {
      const sticky = new StickyPartitioner({ stickyBytes: 1, random: random() });
      const counts = queues.map(() => 0);
      for (let i = 0; i < 30_000; i++) {
        const partition = sticky.partition(topic(queues.map(() => 1)), (one) => queues[one] ?? 0);
        counts[partition] = (counts[partition] ?? 0) + 1 / 30_000;
        sticky.produced(2);
      }
      return counts;
    };
    for (const part of share([5, 5, 5])) expect(part).toBeCloseTo(1 / 3, 1);
    const [free, busy] = share([0, 3]);
    expect(free).toBeCloseTo(4 / 5, 1);
    expect(busy).toBeCloseTo(1 / 5, 1);
  });
});
