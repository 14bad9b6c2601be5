import { Admin } from "@moldau/admin";
import { expect, describe, it } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { waysToBelong } from "./both-protocols.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(waysToBelong)("a consumer that is closed at any moment of its life (%s)", (_, options) => {
  it(
    "ends its loop, hands nothing out afterwards, and gives its partitions to the next one",
    { timeout: 60_000 },
    async () => {
      await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
      const values = Array.from({ length: 50 }, (__, index) => `${index}`);
      for (const partition of [0, 1]) await run.send("orders", partition, values);
      // From before the first request to well after the first message.
      for (const ms of [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]) {
        const consumer = run.consumer({ ...options, groupId: `closed-after-${ms}`, autoCommitIntervalMs: 10 });
        let isOver = false;
        let late = 0;
        const loop = (async () => {
          for await (const _message of consumer) {
            if (isOver) late += 1;
            await pause(1);
          }
        })();
        await pause(ms);
        // Twice, as applications do whose signal handler and whose finally both close.
        await Promise.all([consumer.close(), consumer.close()]);
        isOver = true;
        await loop;
        await pause(20);
        expect(late, `closed after ${ms} ms`).toBe(0);
        expect(consumer.assignment()).toEqual([]);
      }
      // Whoever left says so: none of their groups waits for a session to run out.
      const admin = new Admin(run.client());
      const { groups } = await admin.listGroups({ states: ["Stable", "PreparingRebalance", "CompletingRebalance"] });
      expect(groups).toEqual([]);
      await admin.close();
    },
  );

  it("from within its own body: that one counts as done, and the loop ends", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer(options);
    let closing: Promise<void> | undefined;
    const seen: string[] = [];
    for await (const { value } of consumer) {
      seen.push(String(value));
      closing ??= consumer.close();
    }
    await closing;
    expect(seen).toEqual(["a"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("while a fetch waits at the broker", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ ...options, fetchMaxWaitMs: 60_000 });
    await consumer.connect();
    const waiting = consumer[Symbol.asyncIterator]().next();
    await pause(200);
    const before = performance.now();
    await consumer.close();
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await waiting).toMatchObject({ done: true });
  });
});
