import { DeleteRecords, DeleteTopics, type FetchRequest } from "@moldau/protocol-codec";
import type { Consumer, Message } from "@moldau/consumer";
import { Kafka } from "moldau";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };

/** A client that hears soon of what changed. */
const attentive = { metadataMaxAgeMs: 200 };

interface Reading {
  readonly consumer: Consumer;
  readonly values: string[];
  readonly messages: Message[];
}

/** Reads until the consumer is closed. */
function read(run: Consuming, options: Parameters<Consuming["consumer"]>[0] = {}): Reading {
  const consumer = run.consumer(options, run.client(attentive));
  const values: string[] = [];
  const messages: Message[] = [];
  void (async () => {
    for await (const message of consumer) {
      messages.push(message);
      values.push(String(message.value));
    }
  })();
  return { consumer, values, messages };
}

async function deleteTopic({ cluster }: Consuming, topic: string): Promise<void> {
  const { nodeId } = cluster.brokers[0] ?? {};
  await cluster.requestOnce(DeleteTopics, { topics: [{ name: topic }], timeoutMs: 1000 }, { node: nodeId });
}

async function deleteRecords({ cluster, broker }: Consuming, before: bigint): Promise<void> {
  const node = broker.topic("orders")?.partitions[0]?.leader;
  const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, offset: before }] }];
  await cluster.requestOnce(DeleteRecords, { topics, timeoutMs: 1000 }, { node });
}

const patient = { timeout: 20_000 };

describe("a reader goes on by itself", () => {
  it("with partitions that are added to its topic", async () => {
    await using run = await startConsuming();
    const { values } = read(run);
    await run.send("orders", 0, ["a"]);
    await expect.poll(() => values).toEqual(["a"]);
    await using kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    await kafka.admin().createPartitions({ topics: [{ topic: "orders", partitions: 2 }] });
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 1, ["b"]);
    await expect.poll(() => values, patient).toEqual(["a", "b"]);
  });

  it("with a topic that appears only after it was subscribed to, and with one that was gone for a while", async () => {
    await using run = await startConsuming({ topics: [], configs: { "auto.create.topics.enable": "false" } });
    const { values } = read(run, { topics: ["late"] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await run.broker.createTopic("late", { partitions: 1 });
    await run.cluster.refreshTopics(["late"]);
    await run.send("late", 0, ["a"]);
    await expect.poll(() => values, patient).toEqual(["a"]);
    await deleteTopic(run, "late");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await run.broker.createTopic("late", { partitions: 1 });
    await run.cluster.refreshTopics(["late"]);
    await run.send("late", 0, ["b"]);
    await expect.poll(() => values, patient).toEqual(["a", "b"]);
  });

  it("while leaders move with messages on their way", async () => {
    await using run = await startConsuming({ brokers: 3 });
    const { values, consumer } = read(run, { fetchMaxWaitMs: 50 });
    const codes = new Set<string>();
    consumer.on("retrying", ({ error }) => codes.add(error.code));
    const sent: string[] = [];
    for (let round = 0; round < 12; round++) {
      const batch = [`${round}a`, `${round}b`];
      sent.push(...batch);
      await run.send("orders", 0, batch);
      if (round % 3 === 2) {
        const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 1;
        await run.broker.moveLeader("orders", 0, (leader % 3) + 1);
        await run.cluster.refreshTopics(["orders"]);
      }
    }
    await expect.poll(() => values, patient).toEqual(sent);
    expect(codes).not.toContain("CLIENT_LOG_TRUNCATED");
    expect(codes).not.toContain("OFFSET_OUT_OF_RANGE");
  });

  it("when a partition had no leader for a while", async () => {
    await using run = await startConsuming({ brokers: 2 });
    const { values } = read(run);
    await run.send("orders", 0, ["a"]);
    await expect.poll(() => values).toEqual(["a"]);
    const leader = run.broker.topic("orders")?.partitions[0]?.leader ?? 1;
    await run.broker.stopNode(leader);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await run.broker.startNode(leader);
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 0, ["b"]);
    await expect.poll(() => values, patient).toEqual(["a", "b"]);
  });
});

describe("a topic that was deleted and made again under its name, while it is read", () => {
  it("is read from where startFrom says, and never from where the old one was read to", async () => {
    await using run = await startConsuming();
    const { values, messages, consumer } = read(run, { autoCommitIntervalMs: 60_000 });
    await run.send("orders", 0, ["a", "b", "c"]);
    await expect.poll(() => values).toEqual(["a", "b", "c"]);
    const told: string[] = [];
    consumer.on("retrying", ({ error }) => told.push(error.code));
    const asked: bigint[] = [];
    run.broker.on("request", ({ api, body }) => {
      const id = String(run.broker.topic("orders")?.id);
      if (api === "Fetch") asked.push(...offsetsOf(body as FetchRequest, id));
    });
    await deleteTopic(run, "orders");
    await run.broker.createTopic("orders", { partitions: 1 });
    asked.length = 0;
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 0, ["x", "y", "z", "q"]);
    await expect.poll(() => values, patient).toEqual(["a", "b", "c", "x", "y", "z", "q"]);
    expect(asked[0]).toBe(0n);
    expect(told).toContain("CLIENT_TOPIC_RECREATED");
    await expect(consumer.commit(messages[2])).rejects.toMatchObject({ code: "CLIENT_LOG_TRUNCATED", ...orders });
    await consumer.close();
    expect(await run.committed(orders)).toBe(4n);
  });

  it("is read from where startFrom says by a member that comes later: what was committed for the old one does not count", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const first = run.consumer();
    await takeValues(first, 3, (message) => first.commit(message));
    await first.close();
    expect(await run.committed(orders)).toBe(3n);
    await deleteTopic(run, "orders");
    await run.broker.createTopic("orders", { partitions: 1 });
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 0, ["x", "y", "z", "q"]);
    expect(await takeValues(run.consumer({}, run.client()), 4)).toEqual(["x", "y", "z", "q"]);
  });

  it("ends the loop with startFrom none until a seek says where to go on", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ startFrom: "none" }, run.client(attentive));
    await consumer.connect();
    consumer.seek({ ...orders, offset: 0n });
    expect(await takeValues(consumer, 1, (message) => consumer.commit(message))).toEqual(["a"]);
    await deleteTopic(run, "orders");
    await run.broker.createTopic("orders", { partitions: 1 });
    await run.cluster.refreshTopics(["orders"]);
    await run.send("orders", 0, ["x"]);
    for (let times = 0; times < 2; times++)
      await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "CLIENT_TOPIC_RECREATED", ...orders });
    consumer.seek({ ...orders, offset: 0n });
    expect(await takeValues(consumer, 1)).toEqual(["x"]);
  });
});

describe("when messages are deleted before they are read", () => {
  /** Reads a and b to the end of the log; c to f come while the next fetch is on its way, and c and d are deleted before it is answered. */
  async function overtaken(run: Consuming, options: Parameters<Consuming["consumer"]>[0]): Promise<Consumer> {
    const at = (values: readonly string[], since: number) =>
      values.map((value, index) => ({ value, timestamp: since + index }));
    const consumer = run.consumer({ fetchMaxWaitMs: 50, ...options });
    await consumer.connect();
    await expect.poll(() => consumer.position(orders)).toBe(0n);
    await run.send("orders", 0, at(["a"], 1000));
    await run.send("orders", 0, at(["b"], 1001));
    expect(await takeValues(consumer, 2, (message) => consumer.commit(message))).toEqual(["a", "b"]);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = new Promise<void>((resolve) => {
      run.broker.intercept({ api: "Fetch" }, async (request) => {
        resolve();
        await released;
        await request.apply();
      });
    });
    await held;
    await run.send("orders", 0, at(["c"], 2000));
    await run.send("orders", 0, at(["d"], 3000));
    await run.send("orders", 0, at(["e", "f"], 4000));
    await deleteRecords(run, 4n);
    release();
    run.broker.clearIntercepts();
    return consumer;
  }

  it.each([
    { startFrom: "earliest" },
    { startFrom: "latest", onDataLoss: "resume" },
    { startFrom: { durationMs: 3_600_000 }, onDataLoss: "resume" },
  ] as const)("reading goes on with the first that is left, with %o", async (options) => {
    await using run = await startConsuming();
    const consumer = await overtaken(run, options);
    expect(await takeValues(consumer, 2)).toEqual(["e", "f"]);
  });

  it("what came meanwhile is left out with startFrom latest alone", async () => {
    await using run = await startConsuming();
    const consumer = await overtaken(run, { startFrom: "latest" });
    const taken = takeValues(consumer, 1);
    await expect.poll(() => consumer.position(orders), patient).toBe(6n);
    await run.send("orders", 0, ["g"]);
    expect(await taken).toEqual(["g"]);
  });

  it.each([{ onDataLoss: "fail" }, { startFrom: "none" }] as const)(
    "the loop ends with the offset that is not there, and goes on where a seek says, with %o",
    async (options) => {
      await using run = await startConsuming();
      const member = run.consumer();
      await member.connect();
      await member.commit([{ ...orders, offset: 0n }]);
      await member.close();
      const consumer = await overtaken(run, options);
      await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE", ...orders });
      consumer.seek({ ...orders, offset: "earliest" });
      expect(await takeValues(consumer, 1)).toEqual(["e"]);
    },
  );
});

/** From where a fetch asks for the topic of this id. */
function offsetsOf({ topics }: FetchRequest, id: string): bigint[] {
  return topics
    .filter(({ topicId }) => String(topicId) === id)
    .flatMap(({ partitions }) => partitions.map(({ fetchOffset }) => fetchOffset));
}
