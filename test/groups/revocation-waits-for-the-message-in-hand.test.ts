import type { Consumer } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads until the signal fires, `work` for each message. */
async function read(consumer: Consumer, work: (value: string) => Promise<void> | void): Promise<void> {
  for await (const message of consumer) await work(String(message.value));
}

describe("revocation", () => {
  it("waits for the message in hand, commits, and then gives the partition up", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const first = run.consumer();
    const order: string[] = [];
    first.on("revoked", () => order.push("revoked"));
    first.on("committed", ({ offsets }) => order.push(`committed ${offsets[0]?.offset}`));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let handed: () => void = () => undefined;
    const inHand = new Promise<void>((resolve) => (handed = resolve));
    const reading = read(first, async (value) => {
      order.push(value);
      if (value !== "b") return;
      handed();
      await held;
      order.push("b done");
    });
    await inHand;
    const second = run.consumer();
    const rebalancing = new Promise<void>((resolve) => {
      run.broker.on("groupChanged", ({ state }) => state === "PreparingRebalance" && resolve());
    });
    const joined = second.connect();
    await rebalancing;
    // The first member hears of it by a heartbeat.
    await pause(300);
    expect(order).toEqual(["a", "b"]);
    release();
    await joined;
    expect(order).toEqual(["a", "b", "b done", "committed 2", "revoked"]);
    await first.close();
    await reading;
    expect(await takeValues(second, 1)).toEqual(["c"]);
  });

  it("waits no longer than the rebalance timeout: the message is delivered again, to the new owner", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const first = run.consumer({ rebalanceTimeoutMs: 2000 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let handed: () => void = () => undefined;
    const inHand = new Promise<void>((resolve) => (handed = resolve));
    const seen: string[] = [];
    const reading = read(first, async (value) => {
      seen.push(value);
      if (value !== "b") return;
      handed();
      await held;
    });
    await inHand;
    const startedAt = Date.now();
    const second = run.consumer({ rebalanceTimeoutMs: 2000 });
    await second.connect();
    expect(Date.now() - startedAt).toBeLessThan(4000);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
    await Promise.all([first.close(), second.close()]);
    expect(await takeValues(run.consumer(), 1)).toEqual(["b"]);
    release();
    await reading;
  });

  it("waits for nothing between loops", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const first = run.consumer();
    await takeValues(first, 2);
    const startedAt = Date.now();
    const second = run.consumer();
    const revoked = nextEvent(first, "revoked");
    await Promise.all([second.connect(), revoked]);
    expect(Date.now() - startedAt).toBeLessThan(1000);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("lets the body commit while the group waits for it", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const first = run.consumer({ autoCommit: false });
    const second = run.consumer();
    let joined: Promise<void> | undefined;
    await takeValues(first, 1, async (message) => {
      joined = second.connect();
      await pause(200);
      await first.commit(message);
    });
    await joined;
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("commits nothing of partitions that were lost, and reads on after joining anew", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer({ autoCommitIntervalMs: 60_000 });
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(String(message.value));
      if (values.length === 2) {
        const lost = nextEvent(consumer, "lost");
        run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail("ILLEGAL_GENERATION"));
        await lost;
        await expect(consumer.commit(message)).rejects.toMatchObject({ code: "CLIENT_NOT_ASSIGNED" });
      }
      if (values.length === 4) break;
    }
    expect(values).toEqual(["a", "b", "a", "b"]);
  });
});
