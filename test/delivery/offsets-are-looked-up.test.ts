import { Kafka } from "moldau";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };
const second = { topic: "orders", partition: 1 };
const nowhere = { topic: "nowhere", partition: 0 };

describe("what brokers know of partitions, asked through a consumer that need not have them", () => {
  it("is what the group has committed, with its text and the leader's epoch, and nothing where it has not", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    expect(await consumer.committed([orders])).toEqual([orders]);
    await takeValues(consumer, 1, (message) => consumer.commit(message));
    expect(await consumer.committed([second, orders])).toEqual([
      second,
      { ...orders, offset: 1n, leaderEpoch: 0, metadata: "" },
    ]);
    await consumer.commit([{ ...second, offset: 0n, metadata: "by hand" }]);
    const ofAll = await consumer.committed();
    expect(ofAll).toHaveLength(2);
    expect(ofAll).toContainEqual({ ...second, offset: 0n, metadata: "by hand" });
    expect(JSON.parse(JSON.stringify(ofAll))).toContainEqual({ ...second, offset: "0", metadata: "by hand" });
  });

  it("is where logs begin and end, and which message was the first since a time", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2 }] });
    await run.send("orders", 0, [
      { value: "a", timestamp: 1000 },
      { value: "b", timestamp: 2000 },
      { value: "c", timestamp: 3000 },
    ]);
    const consumer = run.consumer();
    expect(await consumer.beginningOffsets([orders, second])).toEqual([
      { ...orders, offset: 0n, leaderEpoch: 0 },
      { ...second, offset: 0n, leaderEpoch: 0 },
    ]);
    expect(await consumer.endOffsets([orders])).toEqual([{ ...orders, offset: 3n, leaderEpoch: 0 }]);
    expect(
      await consumer.offsetsForTimes([
        { ...orders, timestamp: 1500 },
        { ...second, timestamp: new Date(0) },
      ]),
    ).toEqual([{ ...orders, offset: 1n, timestamp: 2000, leaderEpoch: 0 }, second]);
    expect(await consumer.offsetsForTimes([{ ...orders, timestamp: 4000 }])).toEqual([orders]);
  });

  it("ends where the first open transaction begins for a reader of committed messages, and behind everything for the others", async () => {
    await using run = await startConsuming();
    await using kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const producer = kafka.producer({ transactionalId: "open" });
    const tx = await producer.beginTransaction();
    await tx.send({ topic: "orders", messages: [{ value: "open" }] });
    expect(await run.consumer().endOffsets([orders])).toMatchObject([{ offset: 0n }]);
    const loose = run.consumer({ isolationLevel: "read_uncommitted" });
    expect(await loose.endOffsets([orders])).toMatchObject([{ offset: 1n }]);
    await tx.abort();
  });

  it("has an error for each partition that cannot be told, and the others all the same", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    const [found, missing, beyond] = await consumer.endOffsets([orders, nowhere, { topic: "orders", partition: 7 }]);
    expect(found).toMatchObject({ ...orders, offset: 0n });
    expect(missing).toMatchObject({ ...nowhere, error: { code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "nowhere" } });
    expect(beyond).toMatchObject({ partition: 7, error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } });
  });

  it("waits for a leader that is away, as long as it may", async () => {
    await using run = await startConsuming({ brokers: 2 });
    const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 0;
    await run.broker.stopNode(leader);
    const consumer = run.consumer();
    expect(await consumer.endOffsets([orders], { timeoutMs: 300 })).toMatchObject([
      { ...orders, error: { code: "LEADER_NOT_AVAILABLE" } },
    ]);
    const asked = consumer.endOffsets([orders]);
    await run.broker.startNode(leader);
    expect(await asked).toMatchObject([{ ...orders, offset: 0n }]);
  });

  it("is asked of the new leader when the one that was known has been replaced", async () => {
    await using run = await startConsuming({ brokers: 2 });
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    await consumer.endOffsets([orders]);
    const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 0;
    await run.broker.moveLeader("orders", 0, 3 - leader);
    expect(await consumer.endOffsets([orders])).toMatchObject([{ ...orders, offset: 1n }]);
  });

  it("is refused in a sentence when the question is none, and after the consumer was closed", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    await expect(consumer.committed([{ topic: "orders", partition: -1 }])).rejects.toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
      message: 'committed: partitions[0] must be a partition such as { topic: "orders", partition: 0 }.',
    });
    await expect(consumer.offsetsForTimes([{ ...orders, timestamp: Number.NaN }])).rejects.toMatchObject({
      message: "offsetsForTimes: times[0].timestamp must be a Date, or milliseconds since 1970, not NaN.",
    });
    await expect(consumer.endOffsets([orders], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "CLIENT_ABORTED",
    });
    expect([await consumer.committed(), await consumer.endOffsets([])]).toEqual([[], []]);
    await consumer.close();
    await expect(consumer.beginningOffsets([orders])).rejects.toMatchObject({ code: "CLIENT_CLOSED" });
  });
});
