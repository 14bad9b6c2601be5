import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

// All but what runs before any event does (process.nextTick, queueMicrotask): that, as Jest does it, is tried with the packages as they are
// published, which contain p-queue with the queueMicrotask of the moment when it was loaded.
const everything = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "Date",
  "performance",
  "hrtime",
] as const;

describe("while a test has fake timers", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...everything], now: 0 });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("messages are sent, read and committed, and everything is closed", async () => {
    const broker = await startBroker({ topics: ["orders"] });
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    const sent = await kafka.producer({ lingerMs: 20, compression: "zstd" }).send({
      topic: "orders",
      messages: [{ value: "paid" }, { value: "shipped" }],
    });
    expect(sent[0]).toMatchObject({ topic: "orders", count: 2 });
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    const read: string[] = [];
    for await (const { value } of consumer) {
      read.push(String(value));
      if (read.length === 2) break;
    }
    expect(read).toEqual(["paid", "shipped"]);
    await consumer.close();
    await kafka.close();
    await broker.close();
  });

  it("messages bear the time of the computer, and time-outs go by it", async () => {
    const broker = await startBroker({ topics: ["orders"] });
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    broker.intercept({ api: "Produce", nth: 2 }, (request) => request.delay(60_000));
    const producer = kafka.producer({ idempotent: false, deliveryTimeoutMs: 300 });
    await producer.send({ topic: "orders", messages: [{ value: "paid" }] });
    const [record] = await broker.log("orders", 0).records();
    expect(Number(record?.timestamp)).toBeGreaterThan(1_600_000_000_000);
    const late = producer.send({ topic: "orders", messages: [{ value: "lost" }] });
    await expect(late).rejects.toThrow();
    await kafka.close();
    await broker.close();
  });
});

it("what is begun under fake timers is closed under real ones", async () => {
  vi.useFakeTimers({ toFake: [...everything] });
  const broker = await startBroker({ topics: ["orders"] });
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  await kafka.producer().send({ topic: "orders", messages: [{ value: "paid" }] });
  vi.useRealTimers();
  await kafka.close();
  await broker.close();
});
