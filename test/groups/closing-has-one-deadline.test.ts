import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";
import { collect } from "../support/group-scenarios.js";

const partition = { topic: "orders", partition: 0 };

describe("close()", () => {
  it("ends within its time and says farewell, however long a commit of the application takes", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    await takeValues(consumer, 2);
    const held = run.broker.intercept({ api: "OffsetCommit" }, () => new Promise(() => undefined));
    const left = new Promise<void>((resolve) => {
      run.broker.intercept({ api: "LeaveGroup" }, async (request) => {
        await request.apply();
        resolve();
      });
    });
    const committing = consumer.commit([{ ...partition, offset: 1n }]).catch((error: unknown) => error);
    await expect.poll(() => held.taken).toBe(1);
    const startedAt = performance.now();
    await consumer.close({ timeoutMs: 1000 }).catch(() => undefined);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect(await committing).toMatchObject({ code: "CLIENT_CLOSED" });
    await left;
  });

  it("commits for the last time although a rebalance is being waited for", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const first = run.consumer({ autoCommitIntervalMs: 60_000 });
    const reading = collect(first);
    await nextEvent(first, "assigned");
    await expect.poll(() => first.position(partition)).toBe(2n);
    let closed: Promise<void> | undefined;
    run.broker.intercept({ api: "OffsetCommit", nth: 1 }, (request) => {
      // The commit before the revocation fails in passing, and the consumer is closed before the next attempt.
      closed = first.close();
      request.fail("COORDINATOR_LOAD_IN_PROGRESS");
    });
    const second = run.consumer();
    await second.connect();
    await closed;
    await reading;
    expect(await run.committed(partition)).toBe(2n);
  });

  it("refuses what it does not understand, and closes nothing then", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    await expect(consumer.close({ timeoutMs: -1 })).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
    expect(consumer.isClosed).toBe(false);
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });
});
