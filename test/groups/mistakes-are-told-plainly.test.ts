import type { Consumer, ConsumerOptions } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";

const ways: readonly (readonly [string, Partial<ConsumerOptions>])[] = [
  ["classic", {}],
  ["next generation", { protocol: "consumer" }],
];

/** Reads to the end, and gives what that was; with how often the application was told of it. */
async function endOf(consumer: Consumer): Promise<{ readonly error: unknown; readonly told: number }> {
  let told = 0;
  consumer.on("failed", () => told++);
  try {
    for await (const _message of consumer);
    return { error: undefined, told };
  } catch (error) {
    return { error, told };
  }
}

describe.each(ways)("a member that is one too many (%s)", (_, options) => {
  it("hears that the group is full, once, and the others read on", async () => {
    const configs = { "group.max.size": 1, "group.consumer.max.size": 1 };
    await using run = await startConsuming({ configs });
    const first = run.consumer(options);
    await first.connect();
    const { error, told } = await endOf(run.consumer(options));
    expect(error).toMatchObject({ code: "GROUP_MAX_SIZE_REACHED", groupId: "billing" });
    expect(String(error)).toContain("group.max.size");
    expect(told).toBe(1);
    expect(first.assignment()).toHaveLength(1);
  });
});

describe("two processes of one groupInstanceId", () => {
  it("classic: the one that came first is fenced, and its loop ends", async () => {
    await using run = await startConsuming();
    const first = run.consumer({ groupInstanceId: "slot" });
    await first.connect();
    const ended = endOf(first);
    const second = run.consumer({ groupInstanceId: "slot" });
    await second.connect();
    const { error, told } = await ended;
    expect(error).toMatchObject({ code: "FENCED_INSTANCE_ID" });
    expect(told).toBe(1);
    expect(second.assignment()).toHaveLength(1);
  });

  it("next generation: the one that comes second is refused, and the first reads on", async () => {
    await using run = await startConsuming();
    const options = { groupInstanceId: "slot", protocol: "consumer" } as const;
    const first = run.consumer(options);
    await first.connect();
    const { error, told } = await endOf(run.consumer(options));
    expect(error).toMatchObject({ code: "UNRELEASED_INSTANCE_ID" });
    expect(told).toBe(1);
    expect(first.assignment()).toHaveLength(1);
  });
});

describe("members that do not fit together", () => {
  it("no assignor in common: the one that comes is refused", async () => {
    await using run = await startConsuming();
    const first = run.consumer({ assignors: ["range"] });
    await first.connect();
    const { error } = await endOf(run.consumer({ assignors: ["roundrobin"] }));
    expect(error).toMatchObject({ code: "INCONSISTENT_GROUP_PROTOCOL" });
    expect(first.assignment()).toHaveLength(1);
  });

  it("a remoteAssignor that the broker does not have: the loop ends with its name", async () => {
    await using run = await startConsuming();
    const { error, told } = await endOf(run.consumer({ protocol: "consumer", remoteAssignor: "fair" }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_ASSIGNOR" });
    expect(String(error)).toContain("uniform");
    expect(told).toBe(1);
  });

  it("a session that the broker does not allow: the loop ends at the first attempt", async () => {
    await using run = await startConsuming();
    const { error } = await endOf(run.consumer({ sessionTimeoutMs: 1000 }));
    expect(error).toMatchObject({ code: "INVALID_SESSION_TIMEOUT" });
  });
});
