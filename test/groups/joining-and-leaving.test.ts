import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";
import { waysToBelong } from "./both-protocols.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("joining", () => {
  it("happens at the first iteration", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    expect(consumer.assignment()).toEqual([]);
    await takeValues(consumer, 1);
    expect(consumer.assignment()).toEqual([{ topic: "orders", partition: 0 }]);
  });

  it("happens at connect(), which resolves with the first assignment", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    await consumer.connect();
    expect(consumer.assignment()).toEqual([{ topic: "orders", partition: 0 }]);
    await consumer.connect();
  });

  it("fails when a topic does not exist and is not created", async () => {
    await using run = await startConsuming({ configs: { "auto.create.topics.enable": false } });
    const consumer = run.consumer({ topics: ["nowhere"] }, run.client({ requestTimeoutMs: 300 }));
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({
      code: "UNKNOWN_TOPIC_OR_PARTITION",
      topic: "nowhere",
    });
  });

  it("fails with the coordinator's reason, and is tried again by the next loop", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    run.broker.intercept({ api: "JoinGroup", nth: 1 }, (request) => request.fail("GROUP_AUTHORIZATION_FAILED"));
    const consumer = run.consumer();
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({
      code: "GROUP_AUTHORIZATION_FAILED",
      groupId: "billing",
    });
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });

  it("needs topics", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ topics: [] });
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
    await run.send("orders", 0, ["a"]);
    consumer.subscribe(["orders"]);
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });
});

describe("membership", () => {
  it("lasts until close(), also between loops", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ sessionTimeoutMs: 6000 });
    let changes = 0;
    consumer.on("assigned", () => changes++);
    await takeValues(consumer, 1);
    await pause(300);
    expect(consumer.assignment()).toHaveLength(1);
    expect(changes).toBe(1);
    const other = run.consumer();
    await other.connect();
    await expect.poll(() => [...consumer.assignment(), ...other.assignment()]).toHaveLength(1);
    await expect.poll(() => changes).toBe(2);
    await consumer.close();
    await expect.poll(() => other.assignment()).toHaveLength(1);
  });

  it("ends at close() at once: another member has the partitions without waiting for the session to time out", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const first = run.consumer();
    await takeValues(first, 1, (message) => first.commit(message));
    await first.close();
    const startedAt = Date.now();
    const second = run.consumer();
    await second.connect();
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });

  it("survives a body that takes longer than the session timeout: heartbeats go on in the background", async () => {
    await using run = await startConsuming({ configs: { "group.min.session.timeout.ms": 100 } });
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer({ sessionTimeoutMs: 300 });
    const lost: unknown[] = [];
    consumer.on("lost", (event) => lost.push(event));
    for await (const message of consumer) {
      if (String(message.value) === "b") break;
      await pause(1000);
    }
    await consumer.commit();
    expect(lost).toEqual([]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("survives bodies that compute and never wait: heartbeats go on between them", async () => {
    await using run = await startConsuming();
    const values = Array.from({ length: 400 }, (_, index) => `${index}`);
    await run.send("orders", 0, values);
    const heartbeats: number[] = [];
    run.broker.on("request", ({ api }) => {
      if (api === "Heartbeat") heartbeats.push(performance.now());
    });
    const consumer = run.consumer();
    await takeValues(consumer, 1);
    const startedAt = performance.now();
    let seen = 0;
    for await (const _message of consumer) {
      const until = performance.now() + 5;
      while (performance.now() < until);
      if (++seen === values.length) break;
    }
    const times = [startedAt, ...heartbeats.filter((time) => time > startedAt), performance.now()];
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThan((performance.now() - startedAt) / 3);
  });

  it("ends with a coded error when nobody asks for the next message within maxPollIntervalMs, and others go on", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const stuck = run.consumer({ maxPollIntervalMs: 300, rebalanceTimeoutMs: 1000 });
    const values: string[] = [];
    const failure = (async () => {
      for await (const message of stuck) {
        values.push(String(message.value));
        if (values.length === 2) await pause(1000);
      }
    })().catch((error: unknown) => error);
    await nextEvent(stuck, "lost");
    expect(await takeValues(run.consumer(), 2)).toEqual(["b", "c"]);
    expect(await failure).toMatchObject({ code: "CLIENT_POLL_INTERVAL_EXCEEDED", groupId: "billing" });
    expect(values).toEqual(["a", "b"]);
  });

  it("does not count waiting for messages as being stuck", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ maxPollIntervalMs: 100 });
    const taken = takeValues(consumer, 1);
    await pause(400);
    await run.send("orders", 0, ["a"]);
    expect(await taken).toEqual(["a"]);
  });

  it("is found again by a new loop after the application was stuck", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer({ maxPollIntervalMs: 200 });
    await expect(
      (async () => {
        for await (const _ of consumer) await pause(500);
      })(),
    ).rejects.toMatchObject({ code: "CLIENT_POLL_INTERVAL_EXCEEDED" });
    expect(await takeValues(consumer, 2)).toEqual(["a", "b"]);
  });

  it.each(waysToBelong)(
    "is left when no loop comes within maxPollIntervalMs, and found again by the next one, which hears no error of that (%s)",
    async (_way, options) => {
      const intervals = {
        "group.consumer.min.heartbeat.interval.ms": 100,
        "group.consumer.heartbeat.interval.ms": 100,
      };
      await using run = await startConsuming({ configs: intervals });
      await run.send("orders", 0, ["a", "b"]);
      const consumer = run.consumer({ ...options, maxPollIntervalMs: 500 });
      const failed = { error: { code: "CLIENT_POLL_INTERVAL_EXCEEDED" } };
      const unread = [nextEvent(consumer, "failed"), nextEvent(consumer, "lost")];
      await consumer.connect();
      expect(await Promise.all(unread)).toMatchObject([failed, {}]);
      expect(consumer.assignment()).toEqual([]);
      const leaving = [nextEvent(consumer, "failed"), nextEvent(consumer, "lost")];
      expect(await takeValues(consumer, 1, (message) => consumer.commit(message))).toEqual(["a"]);
      expect(await Promise.all(leaving)).toMatchObject([failed, {}]);
      expect(await takeValues(consumer, 1)).toEqual(["b"]);
    },
  );

  it("is found again by the next loop also when the one that was stuck is left without asking again", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ maxPollIntervalMs: 200 });
    const lost = nextEvent(consumer, "lost");
    await takeValues(consumer, 1, async () => void (await lost));
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });
});

describe("inside the loop's body", () => {
  it("commit, seek, pause and close work, and none but close waits for the body", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(String(message.value));
      if (values.length === 1) {
        await consumer.commit(message);
        consumer.seek({ topic: "orders", partition: 0, offset: 2n });
      } else if (values.length === 2) {
        consumer.seek({ topic: "orders", partition: 0, offset: "earliest" });
      } else {
        consumer.pause();
        expect(consumer.paused()).toHaveLength(2);
        await consumer.close({ finish: false });
      }
    }
    expect(values).toEqual(["a", "c", "a"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(1n);
  });

  it("close({ finish: false }) resolves while the body still runs, and the loop ends after it", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    const order: string[] = [];
    for await (const message of consumer) {
      order.push(String(message.value));
      await consumer.close({ finish: false });
      order.push("closed");
    }
    expect([...order, "over"]).toEqual(["a", "closed", "over"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(0n);
  });
});

describe("close()", () => {
  it("is prompt while a fetch waits at the broker", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ fetchMaxWaitMs: 20_000 });
    const taken = takeValues(consumer, 1);
    await consumer.connect();
    await pause(100);
    const startedAt = Date.now();
    await consumer.close();
    expect(await taken).toEqual([]);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it("is prompt while JoinGroup waits at the broker", async () => {
    await using run = await startConsuming({ configs: { "group.initial.rebalance.delay.ms": 20_000 } });
    const consumer = run.consumer();
    const taken = takeValues(consumer, 1);
    await pause(200);
    const startedAt = Date.now();
    await consumer.close();
    expect(await taken).toEqual([]);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it("may come before anything was read, more than once, and ends what is tried after it", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    await Promise.all([consumer.close(), consumer.close()]);
    await consumer.close();
    expect(() => consumer.messages()).toThrow(expect.objectContaining({ code: "CLIENT_CLOSED" }));
    await expect(consumer.connect()).rejects.toMatchObject({ code: "CLIENT_CLOSED" });
  });

  it("ends within timeoutMs when the coordinator does not answer", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    const taken = (async () => {
      for await (const message of consumer) if (String(message.value) === "b") break;
    })();
    await taken;
    run.broker.intercept({ api: "OffsetCommit" }, (request) => request.hang());
    run.broker.intercept({ api: "LeaveGroup" }, (request) => request.hang());
    const startedAt = Date.now();
    await consumer.close({ timeoutMs: 300 });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it("says that the last commit failed, unless a loop was left early: its error comes first", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    run.broker.intercept({ api: "OffsetCommit" }, (request) => request.fail("GROUP_AUTHORIZATION_FAILED"));
    const reading = run.consumer();
    const loop = (async () => {
      for await (const _ of reading);
    })();
    await expect
      .poll(() => reading.assignment().length && reading.position({ topic: "orders", partition: 0 }))
      .toBe(1n);
    await expect(reading.close()).rejects.toMatchObject({ code: "GROUP_AUTHORIZATION_FAILED" });
    await loop;
    const left = run.consumer({ groupId: "other" });
    await expect(takeValues(left, 1, () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    await left.close();
  });
});
