import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };

describe("a consumer tells", () => {
  it("how far reading is behind, and where it stands", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c", "d"]);
    const consumer = run.consumer();
    const told: bigint[] = [];
    consumer.on("lag", ({ partitions }) => told.push(...partitions.map(({ lag }) => lag)));
    await takeValues(consumer, 2, () => {
      expect(consumer.position(orders)).toBe(2n);
      expect(consumer.lag()).toEqual([{ ...orders, position: 2n, highWatermark: 4n, lag: 2n }]);
    });
    expect(consumer.position(orders)).toBe(1n);
    expect(told[0]).toBe(4n);
    for await (const batch of consumer.batches({ maxMessages: 2 })) {
      expect([batch.lag, batch.highWatermark]).toEqual([1n, 4n]);
      break;
    }
  });

  it("what it was assigned before it reads, so that a listener can seek and pause", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
    await run.send("orders", 0, ["a", "b", "c"]);
    await run.send("orders", 1, ["x"]);
    const consumer = run.consumer();
    consumer.on("assigned", ({ partitions, generationId, isLeader, memberId }) => {
      expect([partitions.length, generationId, isLeader, memberId.length > 0]).toEqual([2, 1, true, true]);
      consumer.seek({ ...orders, offset: 2n });
      consumer.pause([{ ...orders, partition: 1 }]);
    });
    expect(await takeValues(consumer, 1, (message) => consumer.commit(message))).toEqual(["c"]);
    consumer.resume();
    expect(await takeValues(consumer, 1)).toEqual(["x"]);
  });

  it("what it tries again", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    run.broker.intercept({ api: "OffsetFetch", nth: 1 }, (request) => request.fail("COORDINATOR_LOAD_IN_PROGRESS"));
    const consumer = run.consumer();
    const retrying = nextEvent(consumer, "retrying");
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
    expect(await retrying).toMatchObject({ operation: "position", error: { code: "COORDINATOR_LOAD_IN_PROGRESS" } });
  });

  it("that it has been closed", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    await consumer.connect();
    const order: string[] = [];
    consumer.on("revoked", () => order.push("revoked"));
    consumer.on("lost", () => order.push("lost"));
    consumer.on("closed", () => order.push("closed"));
    await consumer.close();
    expect(order).toEqual(["revoked", "closed"]);
  });

  it("of an error that a listener throws, to whoever reads", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    consumer.once("assigned", () => {
      throw new Error("cannot prepare");
    });
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({
      code: "CLIENT_LISTENER_FAILED",
      cause: new Error("cannot prepare"),
    });
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });
});

describe("subscribe()", () => {
  it("replaces the topics of a member, which joins again with them", async () => {
    await using run = await startConsuming({ topics: ["orders", "refunds"] });
    await run.send("orders", 0, ["a"]);
    await run.send("refunds", 0, ["r"]);
    const consumer = run.consumer();
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(`${message.topic}: ${String(message.value)}`);
      if (values.length === 1) consumer.subscribe(["refunds"]);
      if (values.length === 2) break;
    }
    expect(values).toEqual(["orders: a", "refunds: r"]);
    expect(consumer.assignment().every(({ topic }) => topic === "refunds")).toBe(true);
    expect(await run.committed(orders)).toBe(1n);
  });

  it("ends the loop when a topic does not exist", async () => {
    await using run = await startConsuming({ configs: { "auto.create.topics.enable": false } });
    const consumer = run.consumer({}, run.client({ requestTimeoutMs: 400 }));
    const failure = takeValues(consumer, 1).catch((error: unknown) => error);
    await consumer.connect();
    consumer.subscribe(["nowhere"]);
    expect(await failure).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "nowhere" });
  });

  it("creates topics where the broker allows it", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer({ topics: ["made-for-me"] });
    await consumer.connect();
    await run.send("made-for-me", 0, ["a"]);
    expect(await takeValues(consumer, 1)).toEqual(["a"]);
  });
});
