import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Consumer, Message } from "@moldau/consumer";
import { Kafka } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";
import { loseRecords } from "../support/losing-records.js";

const orders = { topic: "orders", partition: 0 };

interface Losing extends Consuming {
  /** Loses what stands from an offset on. */
  lose(from: bigint): Promise<void>;
}

/** Two brokers that keep their logs on disk, and four messages, a to d, in batches of their own. */
async function startLosing(): Promise<Losing> {
  const dataDir = await mkdtemp(join(tmpdir(), "moldau-cut-off-"));
  const run = await startConsuming({ brokers: 2, dataDir });
  onTestFinished(async () => {
    await run[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });
  for (const value of ["a", "b", "c", "d"]) await run.send("orders", 0, [value]);
  return { ...run, lose: (from) => loseRecords(run.broker, { ...orders, dataDir, from }) };
}

/** The codes of what a consumer tells to have met and got over. */
function toldBy(consumer: Consumer): string[] {
  const codes: string[] = [];
  consumer.on("retrying", ({ error }) => codes.push(error.code));
  return codes;
}

/** The values of so many messages, one by one. */
async function* valuesOf(consumer: Consumer, count: number): AsyncGenerator<string, void> {
  let left = count;
  for await (const message of consumer) {
    yield String(message.value);
    if (--left === 0) return;
  }
}

/** Which brokers got a request of this API, as they come. */
function countRequests({ broker }: Consuming, wanted: string): number[] {
  const asked: number[] = [];
  broker.on("request", ({ api, broker: nodeId }) => {
    if (api === wanted) asked.push(nodeId);
  });
  return asked;
}

describe("when a leader comes back with less of the log than was read of it", () => {
  it("reading goes on where the two logs part, so that nothing is missed of what came in place of what is gone, and nothing comes twice", async () => {
    const run = await startLosing();
    const consumer = run.consumer();
    const told = toldBy(consumer);
    const taken = takeValues(consumer, 7);
    await expect.poll(() => consumer.position(orders)).toBe(4n);
    await run.lose(2n);
    await run.send("orders", 0, ["x", "y", "z"]);
    expect(await taken).toEqual(["a", "b", "c", "d", "x", "y", "z"]);
    expect(told).toContain("CLIENT_LOG_TRUNCATED");
    expect(told).not.toContain("OFFSET_OUT_OF_RANGE");
  });

  it("what was received of the part that is gone cannot be committed, and the group is told where reading goes on", async () => {
    const run = await startLosing();
    const consumer = run.consumer();
    let last: Message | undefined;
    await takeValues(consumer, 4, (message) => {
      last = message;
      return consumer.commit(message);
    });
    expect(await run.committed(orders)).toBe(4n);
    const told = toldBy(consumer);
    await run.lose(2n);
    await expect.poll(() => told, { timeout: 20_000 }).toContain("CLIENT_LOG_TRUNCATED");
    await expect(consumer.commit(last)).rejects.toMatchObject({ code: "CLIENT_LOG_TRUNCATED", ...orders });
    await consumer.close();
    expect(await run.committed(orders)).toBe(2n);
  });

  it.each([{ onDataLoss: "fail" }, { startFrom: "none" }] as const)(
    "the loop ends with the place where they part, and goes on where a seek says, with %o",
    async (options) => {
      const run = await startLosing();
      const consumer = run.consumer({ ...options, groupId: "careful" });
      await consumer.connect();
      consumer.seek({ ...orders, offset: 0n });
      await takeValues(consumer, 4, (message) => consumer.commit(message));
      await run.lose(2n);
      await run.send("orders", 0, ["x", "y", "z"]);
      for (let times = 0; times < 2; times++)
        await expect(takeValues(consumer, 1)).rejects.toMatchObject({
          code: "CLIENT_LOG_TRUNCATED",
          ...orders,
          offset: 4n,
          divergentOffset: 2n,
        });
      consumer.seek({ ...orders, offset: 2n });
      expect(await takeValues(consumer, 3)).toEqual(["x", "y", "z"]);
    },
  );

  it("whoever begins at a committed offset notices it as well", async () => {
    const run = await startLosing();
    const first = run.consumer();
    await takeValues(first, 4, (message) => first.commit(message));
    await first.close();
    await run.lose(2n);
    await run.send("orders", 0, ["x", "y", "z"]);
    expect(await takeValues(run.consumer(), 3)).toEqual(["x", "y", "z"]);
  });

  it("what was fetched ahead and is gone is not handed out, and nobody has to be told", async () => {
    const run = await startLosing();
    const consumer = run.consumer();
    const told = toldBy(consumer);
    const asked = countRequests(run, "OffsetForLeaderEpoch");
    const reading = valuesOf(consumer, 4);
    expect((await reading.next()).value).toBe("a");
    consumer.pause();
    await run.lose(2n);
    await run.send("orders", 0, ["x", "y"]);
    await run.cluster.refreshTopics(["orders"]);
    // What is paused is asked about all the same, once its new leader is known.
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1);
    consumer.resume();
    const values = ["a"];
    for await (const value of reading) values.push(value);
    expect(values).toEqual(["a", "b", "x", "y"]);
    expect(told).not.toContain("CLIENT_LOG_TRUNCATED");
  });
});

describe("a leader that moves with everything it has", () => {
  it("is asked once, and before that nobody is", async () => {
    await using run = await startConsuming({ brokers: 2 });
    const asked = countRequests(run, "OffsetForLeaderEpoch");
    const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 1;
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    const told = toldBy(consumer);
    const taken = takeValues(consumer, 4);
    await expect.poll(() => consumer.position(orders)).toBe(2n);
    expect(asked).toEqual([]);
    await run.broker.moveLeader("orders", 0, 3 - leader);
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 0, ["c", "d"]);
    expect(await taken).toEqual(["a", "b", "c", "d"]);
    expect(asked).toEqual([3 - leader]);
    expect(told).not.toContain("CLIENT_LOG_TRUNCATED");
  });

  it("has it also when the last that was read is the end of a transaction, which a later leader wrote than its messages", async () => {
    await using run = await startConsuming({ brokers: 2 });
    await using kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const move = async (): Promise<void> => {
      const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 1;
      await run.broker.moveLeader("orders", 0, 3 - leader);
      await run.cluster.refreshTopics(["orders"]);
    };
    const tx = await kafka.producer({ transactionalId: "moving" }).beginTransaction();
    await tx.send({ topic: "orders", messages: [{ value: "a" }] });
    await move();
    await tx.commit();
    const consumer = run.consumer();
    const told = toldBy(consumer);
    const taken = takeValues(consumer, 2);
    // Behind the marker.
    await expect.poll(() => consumer.position(orders), { timeout: 20_000 }).toBe(2n);
    await move();
    await run.send("orders", 0, ["b"]);
    expect(await taken).toEqual(["a", "b"]);
    expect(told).not.toContain("CLIENT_LOG_TRUNCATED");
  });
});
