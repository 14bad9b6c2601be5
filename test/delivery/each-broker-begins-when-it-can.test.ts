import { describe, expect, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { collect } from "../support/group-scenarios.js";

const two = { brokers: 2, topics: [{ topic: "orders", partitions: 2 }] };

describe("finding where reading begins", () => {
  it("holds up only the partitions of a leader that does not answer", async () => {
    await using run = await startConsuming(two);
    const { partitions } = await run.cluster.topic("orders");
    await run.send("orders", 0, ["of the dead leader"]);
    await run.send("orders", 1, ["of the living one"]);
    expect(partitions[0]?.leader).not.toBe(partitions[1]?.leader);
    const rule = run.broker.intercept(
      { api: "ListOffsets", broker: partitions[0]?.leader ?? -1 },
      () => new Promise(() => undefined),
    );
    const consumer = run.consumer();
    const values: string[] = [];
    const reading = collect(consumer, values);
    await expect.poll(() => values, { timeout: 5000 }).toEqual(["of the living one"]);
    expect(rule.taken).toBe(1);
    await consumer.close();
    await reading;
  });

  it("asks a leader once, looks who leads by now, and goes on there", async () => {
    await using run = await startConsuming(two);
    const { partitions } = await run.cluster.topic("orders");
    await run.send("orders", 0, ["a"]);
    const [from = -1, to = -1] = partitions.map(({ leader }) => leader);
    const rule = run.broker.intercept({ api: "ListOffsets", broker: from }, async (request) => {
      await run.broker.moveLeader("orders", 0, to);
      request.drop();
    });
    const consumer = run.consumer();
    const values: string[] = [];
    const reading = collect(consumer, values);
    await expect.poll(() => values, { timeout: 5000 }).toEqual(["a"]);
    expect(rule.taken).toBe(1);
    await consumer.close();
    await reading;
  });
});
