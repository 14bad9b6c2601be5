import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { groupHash, topicHash } from "./metadata-hash.js";

const orders = { id: Uuid.parse("00000000000000010000000000000002"), name: "orders", partitions: [{ replicas: [0] }] };

describe("a topic's hash", () => {
  test("is the one that hash4j makes of the same numbers and text", () => {
    expect(topicHash(orders, () => [])).toBe(0xad537d5d2090628bn);
  });

  test("is another one with racks, in whatever order they are named", () => {
    const hash = topicHash(orders, () => ["b", "a"]);
    expect(hash).not.toBe(topicHash(orders, () => []));
    expect(hash).toBe(topicHash(orders, () => ["a", "b"]));
  });
});

describe("a group's hash", () => {
  test("is 0 without topics, and does not depend on their order", () => {
    const hashes = new Map([
      ["a", 1n],
      ["b", 2n],
    ]);
    expect(groupHash(["none"], (topic) => hashes.get(topic))).toBe(0n);
    expect(groupHash(["b", "none", "a"], (topic) => hashes.get(topic))).toBe(
      groupHash(["a", "b"], (topic) => hashes.get(topic)),
    );
  });
});
