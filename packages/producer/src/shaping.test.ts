import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import type { FakeRequest } from "../test-support/fake-connection.js";
import { turns } from "moldau-testing";
import { partitionForKey, Producer, SendError, StreamError, type Message, type ProducerOptions } from "./index.js";

function start<Key, Value>(
  options: ProducerOptions<Key, Value>,
  topics: Record<string, number> = { orders: 1 },
): { cluster: FakeCluster; producer: Producer<Key, Value> } {
  const cluster = new FakeCluster(topics);
  cluster.onRequest = (request) => void request.succeed();
  return { cluster, producer: new Producer(cluster, options) };
}

describe("partitions", () => {
  it("follow the key as in Kafka's own clients, and the message where it names one", async () => {
    const { cluster, producer } = start({}, { orders: 7 });
    const keys = ["JFK", "LAX", "Tōkyō", ""];
    await producer.send({ topic: "orders", messages: keys.map((key) => ({ key, value: key })) });
    for (const key of keys) expect(cluster.log("orders", partitionForKey(key, 7)).values).toContain(key);
    await producer.send({ topic: "orders", messages: [{ key: "JFK", value: "mine", partition: 3 }] });
    expect(cluster.log("orders", 3).values).toContain("mine");
    await producer.close();
  });

  it("can be the application's choice, or be left to the sticky one", async () => {
    const { cluster, producer } = start(
      { partitioner: ({ value }) => (value === "?" ? undefined : Number(value)) },
      { orders: 3 },
    );
    const sent = await producer.send({
      topic: "orders",
      messages: ["2", "0", "1", "?", "2"].map((value) => ({ value })),
    });
    expect(cluster.log("orders", 2).values.filter((value) => value === "2").length).toBe(2);
    expect(sent.flatMap(({ indexes }) => indexes).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    await producer.close();
  });

  it("that came up lately are found", async () => {
    const { cluster, producer } = start({});
    const refresh = cluster.refreshTopics.bind(cluster);
    cluster.refreshTopics = async (names) => {
      cluster.createTopic("orders", 3);
      await refresh(names);
    };
    await producer.send({ topic: "orders", messages: [{ value: "a", partition: 2 }] });
    expect(cluster.log("orders", 2).values).toEqual(["a"]);
    await producer.close();
  });
});

describe("sendBatch", () => {
  it("answers with one list, and counts the messages of a topic through", async () => {
    const { cluster, producer } = start({}, { a: 1, b: 1 });
    const sent = await producer.sendBatch({
      topicMessages: [
        { topic: "a", messages: [{ value: "1" }] },
        { topic: "b", messages: [{ value: "2" }] },
        { topic: "a", messages: [{ value: "3" }, { value: "4" }] },
      ],
    });
    expect(sent.find(({ topic }) => topic === "a")).toEqual({
      topic: "a",
      partition: 0,
      baseOffset: 0n,
      count: 3,
      indexes: [0, 1, 2],
    });
    expect(cluster.log("a", 0).values).toEqual(["1", "3", "4"]);
    expect(cluster.log("b", 0).values).toEqual(["2"]);
    await producer.close();
  });
});

describe("serializers", () => {
  it("make bytes or text of other types, and leave the messages as they were", async () => {
    const { cluster, producer } = start<number, { id: number }>({
      serialize: {
        key: (key) => String(key),
        value: (value, { topic, headers }) => JSON.stringify({ ...value, topic, headers }),
      },
    });
    const message: Message<number, { id: number }> = { key: 1, value: { id: 5 }, headers: { trace: "x" } };
    await producer.send({ topic: "orders", messages: [message, { value: null }] });
    expect(cluster.log("orders", 0).values).toEqual(['{"id":5,"topic":"orders","headers":{"trace":"x"}}', "null"]);
    expect(message).toEqual({ key: 1, value: { id: 5 }, headers: { trace: "x" } });
    await producer.close();
  });

  it("may be asynchronous, and the order of calls stays", async () => {
    const waits = [30, 0, 10];
    const { cluster, producer } = start<string, string>({
      serialize: {
        value: async (value) => {
          await cluster.clock.sleep(waits[Number(value)] ?? 0);
          return value;
        },
      },
    });
    const calls = ["0", "1", "2"].map(async (value) => producer.send({ topic: "orders", messages: [{ value }] }));
    await cluster.clock.advance(100);
    await Promise.all(calls);
    expect(cluster.log("orders", 0).values).toEqual(["0", "1", "2"]);
    await producer.close();
  });

  it("that fail keep the whole call back, and not those behind it", async () => {
    const { cluster, producer } = start<string, string>({
      serialize: {
        value: async (value) => {
          if (value === "bad") throw new Error("no schema");
          return value;
        },
      },
    });
    const bad = producer
      .send({ topic: "orders", messages: [{ value: "good" }, { value: "bad" }] })
      .catch((error: unknown) => error);
    await producer.send({ topic: "orders", messages: [{ value: "next" }] });
    expect(await bad).toMatchObject({ code: "CLIENT_SERIALIZATION_FAILED" });
    expect(String(await bad)).toContain("message 1 could not be serialized: no schema");
    expect(cluster.log("orders", 0).values).toEqual(["next"]);
    await producer.close();
  });
});

describe("a writable stream", () => {
  it("sends what is piped into it, in order, and finishes when all is delivered", async () => {
    const { cluster, producer } = start({ lingerMs: 60_000 });
    const messages = Array.from({ length: 5000 }, (_, index) => ({ value: String(index) }));
    await pipeline(Readable.from(messages), producer.writable({ topic: "orders" }));
    expect(cluster.log("orders", 0).values).toEqual(messages.map(({ value }) => value));
    await producer.close();
  });

  it("holds its source back while memory is full", async () => {
    const { cluster, producer } = start({ bufferMemory: 2000, batchSize: 500 });
    cluster.onRequest = (request) => void cluster.pending.push(request);
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (; taken < 1000; taken++) yield { value: "x".repeat(100) };
      })(),
    );
    const piped = pipeline(source, producer.writable({ topic: "orders", highWaterMark: 4 }));
    await turns(100);
    expect(taken).toBeLessThan(80);
    cluster.onRequest = (request) => void request.succeed();
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await piped;
    expect(cluster.log("orders", 0).values.length).toBe(1000);
    await producer.close();
  });

  it("ends with the SendError of what could not be delivered", async () => {
    const { cluster, producer } = start({});
    cluster.onRequest = (request) => void request.refuse(29);
    await expect(
      pipeline(Readable.from([{ value: "a" }]), producer.writable({ topic: "orders" })),
    ).rejects.toBeInstanceOf(SendError);
    await expect(pipeline(Readable.from([{ worth: "a" }]), producer.writable({ topic: "orders" }))).rejects.toThrow(
      "message 0 has no value",
    );
    await producer.close();
  });
});

describe("a writable stream that fails", () => {
  it("says how many messages were acknowledged, and from which one on to write again", async () => {
    const { cluster, producer } = start({ batchSize: 500 });
    cluster.onRequest = (request) => void (request.values.includes("777") ? request.refuse(29) : request.succeed());
    const messages = Array.from({ length: 1000 }, (_, index) => ({ value: String(index) }));
    const error: unknown = await pipeline(
      Readable.from(messages),
      producer.writable({ topic: "orders", highWaterMark: 10 }),
    ).catch((reason: unknown) => reason);
    if (!(error instanceof StreamError)) throw new Error("not a StreamError", { cause: error });
    expect(error.code).toBe("TOPIC_AUTHORIZATION_FAILED");
    const log = cluster.log("orders", 0).values;
    expect(error.acknowledged).toBe(log.length);
    expect(log.slice(0, error.resumeFrom)).toEqual(messages.slice(0, error.resumeFrom).map(({ value }) => value));
    expect(error.resumeFrom).toBeGreaterThan(700);
    expect(error.resumeFrom).toBeLessThanOrEqual(777);
    expect(error.failed[0]?.indexes[0]).toBe(error.resumeFrom);
    expect(error.message).toContain(`when ${log.length} of its messages were acknowledged`);
    expect(error.message).not.toMatch(/of 1 messages/);
    const closing = producer.close();
    await cluster.clock.advance(1000);
    await closing;
  });

  it("still knows how far it came when what was on its way has arrived", async () => {
    const { cluster, producer } = start({ batchSize: 500 }, { orders: 3 });
    const isBad = ({ partitions }: FakeRequest): boolean => partitions.some(({ values }) => values.includes("777"));
    cluster.onRequest = (request) => void (isBad(request) ? request.refuse(29) : request.succeed());
    const sink = producer.writable({ topic: "orders", highWaterMark: 10 });
    const messages = Array.from({ length: 1000 }, (_, index) => ({ value: String(index), partition: index % 3 }));
    await expect(pipeline(Readable.from(messages), sink)).rejects.toBeInstanceOf(StreamError);
    await producer.flush();
    const arrived = new Set([0, 1, 2].flatMap((partition) => cluster.log("orders", partition).values));
    expect(sink.acknowledged).toBe(arrived.size);
    expect(sink.resumeFrom).toBe(messages.findIndex(({ value }) => !arrived.has(value)));
    await producer.close();
  });

  it("knows how far it came also when its source failed", async () => {
    const { cluster, producer } = start({ lingerMs: 5 });
    const sink = producer.writable({ topic: "orders", highWaterMark: 10 });
    expect([sink.acknowledged, sink.resumeFrom]).toEqual([0, 0]);
    function* rows(): Generator<Message> {
      for (let row = 0; row < 500; row++) yield { value: String(row) };
      throw new Error("row 500 has no price");
    }
    await expect(pipeline(Readable.from(rows()), sink)).rejects.toThrow("row 500 has no price");
    await producer.flush();
    const { values } = cluster.log("orders", 0);
    expect([sink.acknowledged, sink.resumeFrom]).toEqual([values.length, values.length]);
    expect(values.at(-1)).toBe(String(values.length - 1));
    await producer.close();
  });

  it.each([
    ["by its value", { topic: "orders", options: {} }, { value: undefined }, "message 777 has no value"],
    ["by a partition", { topic: "orders", options: {} }, { value: "a", partition: 3 }, "message 777 names partition 3"],
    [
      "by its serializer",
      {
        topic: "orders",
        options: { serialize: { value: (text: string) => (text === "bad" ? raise("no price") : text) } },
      },
      { value: "bad" },
      "message 777 could not be serialized: no price",
    ],
  ])(
    "names the message that is to blame, %s, by its number in the stream",
    async (_by, { topic, options }, bad, told) => {
      const { cluster, producer } = start(options);
      const messages = Array.from({ length: 1000 }, (_, index) => (index === 777 ? bad : { value: String(index) }));
      const sink = producer.writable({ topic, highWaterMark: 10 });
      const error: unknown = await pipeline(Readable.from(messages), sink).catch((reason: unknown) => reason);
      if (!(error instanceof StreamError)) throw new Error("not a StreamError", { cause: error });
      expect(error.message).toContain(told);
      expect(error.index).toBe(777);
      await producer.flush();
      const { values } = cluster.log("orders", 0);
      expect(values).toEqual(messages.slice(0, sink.resumeFrom).map(({ value }) => value));
      expect(sink.resumeFrom).toBeGreaterThan(700);
      expect(sink.resumeFrom).toBeLessThanOrEqual(777);
      expect(error.toJSON()).toMatchObject({ name: "StreamError", index: 777, acknowledged: error.acknowledged });
      await producer.close();
    },
  );
});

describe("bytes", () => {
  it("may come as any view of them, as key, value and header, and partitioners see Buffers", async () => {
    const seen: unknown[] = [];
    const { cluster, producer } = start({
      partitioner: ({ key, value }) => {
        seen.push(key, value);
        return undefined;
      },
    });
    const memory = new TextEncoder().encode("..text..");
    const part = memory.subarray(2, 6);
    const views = [
      part,
      new Uint8ClampedArray(memory.buffer, 2, 4),
      new DataView(memory.buffer, 2, 4),
      Buffer.from(part),
    ];
    for (const view of views) {
      const headers = { trace: [view, "plain"] };
      await producer.send({ topic: "orders", messages: [{ value: "before" }, { key: view, value: view, headers }] });
    }
    await producer.send({ topic: "orders", messages: [{ value: null, headers: new Map([["trace", part]]) }] });
    expect(cluster.log("orders", 0).values.filter((value) => value !== "before")).toEqual([
      ...views.map(() => "text"),
      "null",
    ]);
    expect(seen.filter((one) => one instanceof Buffer).map(String)).toEqual(views.flatMap(() => ["text", "text"]));
    expect(seen.some((one) => one instanceof Uint8Array && !(one instanceof Buffer))).toBe(false);
    expect(partitionForKey(part, 7)).toBe(partitionForKey("text", 7));
    await producer.close();
  });
});

describe("listeners that throw", () => {
  it("do not disturb the producer; their error is thrown where it is seen", async () => {
    const { producer } = start({});
    const seen: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => seen.push(error));
    producer.on("acknowledged", () => {
      throw new Error("mine");
    });
    expect(await producer.send({ topic: "orders", messages: [{ value: "a" }] })).toMatchObject([{ baseOffset: 0n }]);
    await turns();
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
    expect(seen).toMatchObject([{ message: "mine" }]);
    await producer.close();
  });
});

function raise(message: string): never {
  throw new Error(message);
}
