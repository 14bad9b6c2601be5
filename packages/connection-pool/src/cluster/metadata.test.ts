import { decode, encode, MetadataResponse, Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { MetadataCache } from "./metadata.js";

const first = Uuid.parse("AAAAAAAAAAAAAAAAAAAABQ");
const second = Uuid.parse("AAAAAAAAAAAAAAAAAAAABg");

type TopicInput = {
  name: string | null;
  topicId?: Uuid;
  errorCode?: number;
  partitions?: { partitionIndex: number; leaderId?: number; leaderEpoch?: number }[];
};

function response(...topics: TopicInput[]): MetadataResponse {
  return decode(MetadataResponse, 12, encode(MetadataResponse, 12, { topics }));
}

function cacheOf(...topics: TopicInput[]): MetadataCache {
  const cache = new MetadataCache();
  cache.apply(response(...topics), { asked: [], now: 1 });
  return cache;
}

describe("what is known of topics", () => {
  it("puts partitions in the order of their numbers", () => {
    const cache = cacheOf({
      name: "t",
      partitions: [{ partitionIndex: 2, leaderId: 5 }, { partitionIndex: 0 }, { partitionIndex: 1 }],
    });
    expect(cache.topic("t")?.partitions.map(({ partition, leader }) => [partition, leader])).toEqual([
      [0, 0],
      [1, 0],
      [2, 5],
    ]);
  });

  it.each([
    [[{ partitionIndex: 0 }, { partitionIndex: 2 }]],
    [[{ partitionIndex: 0 }, { partitionIndex: 0 }]],
    [[{ partitionIndex: -1 }]],
    [[{ partitionIndex: 2 ** 31 - 1 }]],
  ])("refuses partitions %j, naming the field", (partitions) => {
    const cache = new MetadataCache();
    expect(() => cache.apply(response({ name: "t", partitions }), { asked: [], now: 1 })).toThrow(
      "MetadataResponse: topics[0].partitions",
    );
  });

  it("keeps the newer leader of each partition for itself", () => {
    const cache = cacheOf({
      name: "t",
      topicId: first,
      partitions: [
        { partitionIndex: 0, leaderId: 1, leaderEpoch: 5 },
        { partitionIndex: 1, leaderId: 1, leaderEpoch: 5 },
      ],
    });
    const older = {
      name: "t",
      topicId: first,
      partitions: [
        { partitionIndex: 0, leaderId: 2, leaderEpoch: 4 },
        { partitionIndex: 1, leaderId: 2, leaderEpoch: 6 },
      ],
    };
    expect(cache.apply(response(older), { asked: ["t"], now: 2 }).changed).toBe(true);
    expect(cache.topic("t")?.partitions.map(({ leader, leaderEpoch }) => [leader, leaderEpoch])).toEqual([
      [1, 5],
      [2, 6],
    ]);
    expect(cache.apply(response(older), { asked: ["t"], now: 3 }).changed).toBe(false);
  });

  it("believes nothing of an old topic about a new one of the same name", () => {
    const cache = cacheOf({
      name: "t",
      topicId: first,
      partitions: [{ partitionIndex: 0, leaderId: 1, leaderEpoch: 5 }],
    });
    cache.apply(
      response({ name: "t", topicId: second, partitions: [{ partitionIndex: 0, leaderId: 2, leaderEpoch: 0 }] }),
      { asked: ["t"], now: 2 },
    );
    expect(cache.topic("t")?.partitions[0]).toMatchObject({ leader: 2, leaderEpoch: 0 });
    expect(cache.nameOf(first)).toBeUndefined();
    expect(cache.nameOf(second)).toBe("t");
  });

  it("forgets a topic that is gone, and says so until the next answer", () => {
    const cache = cacheOf({ name: "t", topicId: first, partitions: [{ partitionIndex: 0 }] });
    cache.apply(response({ name: "t", errorCode: 3 }), { asked: ["t"], now: 2 });
    expect([cache.topic("t"), cache.errorOf("t"), cache.nameOf(first)]).toEqual([undefined, 3, undefined]);
    cache.apply(response({ name: "t", partitions: [{ partitionIndex: 0 }] }), { asked: ["t"], now: 3 });
    expect(cache.errorOf("t")).toBe(0);
  });

  it("takes an answer that tells no epochs for what it is, and forgets in time what it said of topics that are not there", () => {
    const cache = cacheOf({ name: "t", partitions: [{ partitionIndex: 0, leaderId: 1, leaderEpoch: 5 }] });
    const moved = { partitionIndex: 0, leaderId: 2, leaderEpoch: -1 };
    cache.apply(response({ name: "t", partitions: [moved] }, { name: "gone", errorCode: 3 }), {
      asked: ["t", "gone", "unmentioned"],
      now: 10,
    });
    expect(cache.topic("t")?.partitions[0]).toMatchObject({ leader: 2, leaderEpoch: -1 });
    expect(["t", "gone", "unmentioned", "other"].map((name) => cache.hasHeardOf(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    cache.forgetOlderThan(11);
    expect(["t", "gone", "unmentioned"].map((name) => cache.hasHeardOf(name))).toEqual([false, false, false]);
  });

  it("takes a leader that an error answer named when it is newer", () => {
    const cache = cacheOf({ name: "t", partitions: [{ partitionIndex: 0, leaderId: 1, leaderEpoch: 5 }] });
    const before = cache.topic("t");
    expect(cache.hintLeader("t", 0, { leader: 2, leaderEpoch: 5 })).toBe(false);
    expect(cache.hintLeader("t", 1, { leader: 2, leaderEpoch: 9 })).toBe(false);
    expect(cache.hintLeader("x", 0, { leader: 2, leaderEpoch: 9 })).toBe(false);
    expect(cache.hintLeader("t", 0, { leader: -1, leaderEpoch: 9 })).toBe(false);
    expect(cache.hintLeader("t", 0, { leader: 2, leaderEpoch: 6 })).toBe(true);
    expect(cache.topic("t")?.partitions[0]).toMatchObject({ leader: 2, leaderEpoch: 6 });
    expect(before?.partitions[0]?.leader).toBe(1);
  });

  it("forgets what nobody has refreshed for long", () => {
    const cache = cacheOf({ name: "t", topicId: first });
    cache.forgetOlderThan(1);
    expect(cache.topic("t")).toBeDefined();
    cache.forgetOlderThan(2);
    expect([cache.topic("t"), cache.nameOf(first)]).toEqual([undefined, undefined]);
  });
});
