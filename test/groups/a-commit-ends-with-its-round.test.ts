import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming } from "../support/consuming.js";
import { collect } from "../support/group-scenarios.js";

const partition = { topic: "orders", partition: 0 };

describe("a commit", () => {
  it("ends with the round of the group that it was made in, and sets nothing back in the next one", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommit: false });
    const reading = collect(consumer);
    await nextEvent(consumer, "assigned");
    const rule = run.broker.intercept({ api: "OffsetCommit" }, (request) =>
      request.fail("COORDINATOR_LOAD_IN_PROGRESS"),
    );
    const old = consumer.commit([{ ...partition, offset: 1n }]).catch((error: unknown) => error);
    await expect.poll(() => rule.taken).toBeGreaterThan(0);
    const again = nextEvent(consumer, "assigned");
    run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail("REBALANCE_IN_PROGRESS"));
    await again;
    rule.remove();
    expect(await old).toMatchObject({ code: "CLIENT_NOT_ASSIGNED" });
    await consumer.commit([{ ...partition, offset: 3n }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await run.committed(partition)).toBe(3n);
    await consumer.close();
    await reading;
  });

  it("that is refused too late does not drive the member out of the round that it is in by now", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ autoCommit: false });
    const reading = collect(consumer);
    await nextEvent(consumer, "assigned");
    const lost: unknown[] = [];
    consumer.on("lost", (event) => lost.push(event));
    let refuse: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => (refuse = resolve));
    const rule = run.broker.intercept({ api: "OffsetCommit", nth: 1 }, async (request) => {
      await refused;
      request.fail("ILLEGAL_GENERATION");
    });
    const old = consumer.commit([{ ...partition, offset: 1n }]).catch((error: unknown) => error);
    await expect.poll(() => rule.taken).toBe(1);
    const again = nextEvent(consumer, "assigned");
    run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail("REBALANCE_IN_PROGRESS"));
    await again;
    refuse();
    expect(await old).toMatchObject({ code: "CLIENT_NOT_ASSIGNED" });
    await consumer.commit([{ ...partition, offset: 1n }]);
    expect(lost).toEqual([]);
    await consumer.close();
    await reading;
  });
});

describe("automatic commits", () => {
  it("bring the lag of a topic that went quiet to nothing, also after one that failed", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ autoCommitIntervalMs: 50 }, run.client({ requestTimeoutMs: 300 }));
    const rule = run.broker.intercept({ api: "OffsetCommit", times: 8 }, (request) =>
      request.fail("COORDINATOR_LOAD_IN_PROGRESS"),
    );
    const reading = collect(consumer);
    await nextEvent(consumer, "assigned");
    await run.send("orders", 0, ["a", "b"]);
    await expect.poll(() => rule.taken, { timeout: 20_000 }).toBe(8);
    await expect.poll(() => run.committed(partition), { timeout: 20_000 }).toBe(2n);
    await consumer.close();
    await reading;
  });
});
