import { decodeAssignment, encodeAssignment } from "@moldau/protocol-codec";
import { expect, it } from "vitest";
import { readRefusal, writeRefusal } from "./refusal-to-share.js";

it("a refusal gives nothing, and says why to those who know where to look", () => {
  const refusal = writeRefusal('The assignor "mine" threw Error: ü');
  expect(decodeAssignment(refusal).assignedPartitions).toEqual([]);
  expect(readRefusal(refusal)).toBe('The assignor "mine" threw Error: ü');
});

it("what others write is none", () => {
  const assignedPartitions = [{ topic: "orders", partitions: [0] }];
  for (const userData of [null, Buffer.alloc(0), Buffer.from("moldau"), Buffer.from([0, 0, 0, 1])])
    expect(readRefusal(encodeAssignment(1, { assignedPartitions, userData }))).toBeUndefined();
  expect(readRefusal(Buffer.alloc(0))).toBeUndefined();
});

it("a long sentence is cut", () => {
  expect(readRefusal(writeRefusal("x".repeat(100_000)))?.length).toBe(2000);
});
