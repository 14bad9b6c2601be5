import { defaultRetryPolicy } from "@moldau/connection-pool";
import { describe, expect, it } from "vitest";
import { BatchMemory } from "./batch-memory.js";
import { BufferMemory } from "./buffer-memory.js";
import { openGate } from "./partition-gate.js";
import { idleTopicMs, TopicsInUse } from "./topics-in-use.js";

function start(): TopicsInUse {
  const memory = new BatchMemory(new BufferMemory(1000, () => undefined));
  const epochs = {
    identity: undefined,
    after: () => undefined,
    successor: () => undefined,
    mayForget: () => true,
    retire: () => undefined,
  };
  return new TopicsInUse({
    stickyBytes: 1,
    random: Math.random,
    retry: defaultRetryPolicy,
    memory,
    epochs,
    gate: openGate,
  });
}

describe("what is kept of topics", () => {
  it("is bounded by those used lately: of 100,000 that rest, those stay that are used again or still needed", () => {
    const topics = start();
    for (let index = 0; index < 100_000; index++) topics.topic(`t${index}`, 1000);
    const needed = topics.topic("t7", 1000);
    needed.enter();
    expect(topics.size).toBe(100_000);
    topics.topic("t1", 1000 + idleTopicMs / 2);
    topics.topic("new", 1001 + idleTopicMs);
    expect(topics.size).toBe(3);
    expect(topics.topic("t7", 1002 + idleTopicMs)).toBe(needed);
    needed.leave();
    topics.topic("new", 1003 + 3 * idleTopicMs);
    expect(topics.size).toBe(1);
  });
});
