import { Uuid } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { isAbout } from "./match.js";

const id = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");
const topic = { name: "orders", id, isInternal: false, partitions: [] };
const topicOf = (wanted: Uuid) => (wanted.equals(id) ? topic : undefined);

const fetch = {
  topics: [
    { topic: "orders", topicId: Uuid.zero, partitions: [{ partition: 0 }, { partition: 3 }] },
    { topic: "other", topicId: Uuid.zero, partitions: [{ partition: 1 }] },
  ],
};

test("a topic is found by name, by id, and in lists of names", () => {
  expect(isAbout(fetch, { topic: "orders" }, topicOf)).toBe(true);
  expect(isAbout(fetch, { topic: "nowhere" }, topicOf)).toBe(false);
  expect(isAbout({ topics: [{ topicId: id, partitions: [] }] }, { topic: "orders" }, topicOf)).toBe(true);
  expect(isAbout({ topicNames: ["a", "orders"] }, { topic: "orders" }, topicOf)).toBe(true);
});

test("a partition belongs to its topic, not to its neighbour", () => {
  expect(isAbout(fetch, { topic: "orders", partition: 3 }, topicOf)).toBe(true);
  expect(isAbout(fetch, { topic: "orders", partition: 1 }, topicOf)).toBe(false);
  expect(isAbout(fetch, { partition: 1 }, topicOf)).toBe(true);
  expect(
    isAbout({ topics: [{ name: "orders", partitionIndexes: [4] }] }, { topic: "orders", partition: 4 }, topicOf),
  ).toBe(true);
});

test("a group is found wherever requests name one", () => {
  for (const body of [
    { groupId: "g" },
    { groups: ["f", "g"] },
    { groups: [{ groupId: "g" }] },
    { key: "g" },
    { coordinatorKeys: ["g"] },
  ]) {
    expect(isAbout(body, { group: "g" }, topicOf)).toBe(true);
    expect(isAbout(body, { group: "h" }, topicOf)).toBe(false);
  }
});

test("without a wish everything matches, and records are not searched", () => {
  expect(isAbout({ records: Buffer.from("orders") }, {}, topicOf)).toBe(true);
  expect(isAbout({ records: Buffer.from("orders"), none: null }, { topic: "orders" }, topicOf)).toBe(false);
});
