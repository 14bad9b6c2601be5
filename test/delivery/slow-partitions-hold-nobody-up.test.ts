import { Fetch, type FetchRequest } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const two = { topics: [{ topic: "orders", partitions: 2 }] };
const partition = (number: number) => ({ topic: "orders", partition: number });
/** About 100 KB in one batch. */
const backlog = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(1000, "."));

function askedFor(request: FetchRequest): number[] {
  return request.topics.flatMap(({ partitions }) => partitions.map((each) => each.partition));
}

describe("a partition that is not being read", () => {
  it("holds nobody up while it is paused, even if what it holds takes all the room", async () => {
    await using run = await startConsuming(two);
    for (let round = 0; round < 5; round++) await run.send("orders", 0, backlog);
    const consumer = run.consumer({ maxBufferedBytes: 150_000, partitionMaxBytes: 300_000, fetchMaxBytes: 300_000 });
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(`${message.partition}`);
      if (values.length === 1) {
        consumer.pause([partition(0)]);
        for (let round = 0; round < 5; round++) await run.send("orders", 1, backlog);
      }
      if (values.length === 501) break;
    }
    expect(values.slice(1).every((value) => value === "1")).toBe(true);
    consumer.resume([partition(0)]);
    expect(await takeValues(consumer, 400)).toHaveLength(400);
  });

  it("is read on at once after resume()", async () => {
    await using run = await startConsuming(two);
    const consumer = run.consumer({ fetchMaxWaitMs: 10_000 });
    const taken = takeValues(consumer, 1);
    await consumer.connect();
    consumer.pause([partition(0)]);
    await pause(100);
    await run.send("orders", 0, ["a"]);
    await pause(200);
    const startedAt = Date.now();
    consumer.resume([partition(0)]);
    expect(await taken).toEqual(["a"]);
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it("is read at once where seek() points, although a fetch for elsewhere waits at the broker", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ fetchMaxWaitMs: 10_000 });
    await takeValues(consumer, 1, (message) => consumer.commit(message));
    const taken = takeValues(consumer, 1);
    await pause(200);
    const startedAt = Date.now();
    consumer.seek({ ...partition(0), offset: 0n });
    expect(await taken).toEqual(["a"]);
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it("holds nobody up while its broker does not answer", async () => {
    await using run = await startConsuming({ ...two, brokers: 2 });
    const leaders = run.broker.topic("orders")?.partitions.map(({ leader }) => leader) ?? [];
    expect(new Set(leaders).size).toBe(2);
    run.broker.intercept({ api: "Fetch", broker: leaders[0] ?? 0 }, (request) => request.hang());
    await run.send("orders", 0, ["a"]);
    await run.send("orders", 1, ["b"]);
    const startedAt = Date.now();
    expect(await takeValues(run.consumer(), 1)).toEqual(["b"]);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });
});

describe("a quiet partition", () => {
  it("does not slow one with a backlog down: nothing waits for fetchMaxWaitMs", async () => {
    await using run = await startConsuming(two);
    for (let round = 0; round < 40; round++) await run.send("orders", 0, backlog);
    const consumer = run.consumer({ fetchMaxWaitMs: 10_000, partitionMaxBytes: 250_000 });
    const startedAt = Date.now();
    expect(await takeValues(consumer, 4000)).toHaveLength(4000);
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it("is heard while the application works on the backlog of another", async () => {
    await using run = await startConsuming(two);
    for (let round = 0; round < 5; round++) await run.send("orders", 0, backlog);
    const consumer = run.consumer({ fetchMaxWaitMs: 15_000, partitionMaxBytes: 150_000 });
    let sentAt = 0;
    let read = 0;
    for await (const message of consumer) {
      read++;
      if (read === 10) {
        sentAt = Date.now();
        await run.send("orders", 1, ["x"]);
      }
      if (message.partition === 1) break;
      await pause(3);
    }
    expect(read).toBeLessThan(450);
    expect(Date.now() - sentAt).toBeLessThan(7500);
  });
});

describe("fetching ahead", () => {
  it("goes on while the application works, and leaves out partitions that hold enough", async () => {
    await using run = await startConsuming(two);
    for (let round = 0; round < 5; round++) await run.send("orders", 0, backlog);
    const requests: { readonly partitions: number[]; readonly forgotten: number[] }[] = [];
    run.broker.intercept({ api: Fetch }, (request) => {
      const forgotten = request.body.forgottenTopicsData.flatMap(({ partitions }) => partitions);
      requests.push({ partitions: askedFor(request.body), forgotten: [...forgotten] });
    });
    const consumer = run.consumer({ partitionMaxBytes: 450_000 });
    await takeValues(consumer, 1, async () => {
      await pause(300);
      // Both are asked for, then partition 0 holds enough for now and leaves the session.
      expect(requests[0]?.partitions.toSorted()).toEqual([0, 1]);
      expect(requests.slice(1).flatMap(({ partitions }) => partitions)).not.toContain(0);
      expect(requests.flatMap(({ forgotten }) => forgotten)).toEqual([0]);
      expect(requests.length).toBeLessThan(8);
    });
    const before = requests.length;
    await takeValues(consumer, 250);
    expect(requests.slice(before).flatMap(({ partitions }) => partitions)).toContain(0);
  });

  it("stops at maxBufferedBytes and goes on as the application reads", async () => {
    await using run = await startConsuming();
    for (let round = 0; round < 30; round++) await run.send("orders", 0, backlog);
    let bytes = 0;
    run.broker.intercept({ api: Fetch }, async (request) => {
      const answer = await request.apply();
      for (const { records } of answer?.responses?.flatMap(({ partitions }) => partitions ?? []) ?? []) {
        bytes += Buffer.isBuffer(records)
          ? records.length
          : (records ?? []).reduce((sum, each) => sum + each.length, 0);
      }
    });
    const consumer = run.consumer({
      maxBufferedBytes: 400_000,
      partitionMaxBytes: 10_000_000,
      fetchMaxBytes: 10_000_000,
    });
    const loop = consumer.messages();
    await loop.next();
    await pause(300);
    expect(bytes).toBeLessThan(600_000);
    for (let index = 1; index < 3000; index++) await loop.next();
    expect(bytes).toBeGreaterThan(3_000_000);
    await loop.return?.();
  });
});
