import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { collect, sentBetweenTwoConsumers, sentDuringARebalance } from "../support/group-scenarios.js";

describe("a group that begins at the end of a quiet topic", () => {
  it("receives what is sent between two of its consumers", async () => {
    await using run = await startConsuming({ topics: [] });
    await sentBetweenTwoConsumers({ run, topic: "quiet", groupId: "billing" });
  });

  it("receives what is sent during a rebalance", async () => {
    await using run = await startConsuming({ topics: [] });
    await sentDuringARebalance({ run, topic: "quiet", groupId: "billing" });
  });

  it("commits where it begins by itself, although nothing was received", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ startFrom: "latest", autoCommitIntervalMs: 50 });
    const reading = collect(consumer);
    await expect.poll(() => run.committed({ topic: "orders", partition: 0 })).toBe(3n);
    await consumer.close();
    await reading;
  });

  it("commits nothing by seeking alone", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const first = run.consumer({ autoCommitIntervalMs: 50 });
    await first.connect();
    await first.commit([{ topic: "orders", partition: 0, offset: 1n }]);
    first.pause();
    first.seek({ topic: "orders", partition: 0, offset: "latest" });
    await expect.poll(() => first.position({ topic: "orders", partition: 0 })).toBe(3n);
    first.seek({ topic: "orders", partition: 0, offset: 2n });
    await first.close();
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });
});
