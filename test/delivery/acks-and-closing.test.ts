import { Produce } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { messagesOf, numbers, sendErrorOf, startProducing, valuesIn } from "../support/producing.js";

describe("acks", () => {
  it("0 waits for no answer, and has no offset to tell", async () => {
    const { broker, producer } = await startProducing({ acks: 0 });
    for (const value of numbers(0, 50)) {
      expect(await producer.send({ topic: "orders", messages: messagesOf([value]) })).toEqual([
        { topic: "orders", partition: 0, count: 1, indexes: [0] },
      ]);
    }
    await expect.poll(() => valuesIn(broker)).toEqual(numbers(0, 50));
  });

  it("1 and all tell the offset, and can be asked for by the call", async () => {
    const { broker, producer } = await startProducing();
    const acks: unknown[] = [];
    broker.intercept({ api: Produce }, ({ body }) => void acks.push(body.acks));
    expect(await producer.send({ topic: "orders", messages: messagesOf(["a"]) })).toMatchObject([
      { baseOffset: 0n, logStartOffset: 0n },
    ]);
    expect(await producer.send({ topic: "orders", messages: messagesOf(["b"]), acks: 1 })).toMatchObject([
      { baseOffset: 1n },
    ]);
    expect(await producer.send({ topic: "orders", messages: messagesOf(["c"]), acks: 0 })).toMatchObject([
      { count: 1 },
    ]);
    await expect.poll(() => valuesIn(broker)).toEqual(["a", "b", "c"]);
    expect(acks).toEqual([-1, 1, 0]);
  });

  it("with the broker's own time tell that time", async () => {
    const { producer } = await startProducing(
      {},
      {
        broker: {
          topics: [{ topic: "orders", partitions: 1, configs: { "message.timestamp.type": "LogAppendTime" } }],
        },
      },
    );
    const before = Date.now();
    const [sent] = await producer.send({ topic: "orders", messages: [{ value: "a", timestamp: 5 }] });
    expect(sent?.timestamp).toBeGreaterThanOrEqual(before);
  });
});

describe("compression", () => {
  for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
    it(`${compression}: keys, values and headers come back as they were`, async () => {
      const { broker, producer } = await startProducing({ compression });
      const messages = numbers(0, 200).map((value) => ({
        key: Buffer.from(`key-${value}`),
        value: value === "7" ? null : `žluťoučký ${value}`,
        headers: [
          ["n", value],
          ["n", null],
          ["bytes", Buffer.from([0, 255])],
        ] as const,
      }));
      await producer.send({ topic: "orders", messages });
      const records = await broker.log("orders", 0).records();
      expect(records.map(({ key, value }) => [String(key), value === null ? null : String(value)])).toEqual(
        messages.map(({ key, value }) => [String(key), value]),
      );
      expect(records[3]?.headers.map(([name, value]) => [name, value && [...value]])).toEqual([
        ["n", [51]],
        ["n", null],
        ["bytes", [0, 255]],
      ]);
      for await (const batch of broker.log("orders", 0).batches()) expect(batch.compression).toBe(compression);
    });
  }
});

describe("close", () => {
  it("sends what is left, and takes nothing more", async () => {
    const { broker, producer } = await startProducing({ lingerMs: 5000 });
    const calls = numbers(0, 20).map(async (value) =>
      producer.send({ topic: "orders", messages: messagesOf([value]) }),
    );
    await producer.close();
    await Promise.all(calls);
    expect(await valuesIn(broker)).toEqual(numbers(0, 20));
    await expect(producer.send({ topic: "orders", messages: messagesOf(["late"]) })).rejects.toMatchObject({
      code: "CLIENT_CLOSED",
    });
  });

  it("does not wait longer than it was told", async () => {
    const { broker, producer } = await startProducing();
    await producer.send({ topic: "orders", messages: messagesOf(["first"]) });
    broker.intercept({ api: Produce }, (request) => request.hang());
    const call = sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(["a"]) }));
    await broker.waitFor("request", ({ api }) => api === "Produce");
    const before = performance.now();
    await producer.close({ timeoutMs: 100 });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect((await call).failed).toMatchObject([{ code: "CLIENT_CLOSED", written: "maybe" }]);
  });
});

describe("flush", () => {
  it("ends lingering, and waits for every outcome", async () => {
    const { broker, producer } = await startProducing({ lingerMs: 60_000 });
    const call = producer.send({ topic: "orders", messages: messagesOf(["a"]) });
    await producer.flush();
    expect(await valuesIn(broker)).toEqual(["a"]);
    await call;
  });
});

describe("a topic that does not exist", () => {
  it("is created by a broker that does so, and can be sent to at once", async () => {
    const { broker, producer } = await startProducing();
    await producer.send({ topic: "new-topic", messages: messagesOf(["a"], 0) });
    expect(await valuesIn(broker, 0, "new-topic")).toEqual(["a"]);
  });

  it("fails the call when it is not to be created", async () => {
    const { producer } = await startProducing({ allowAutoTopicCreation: false, maxBlockMs: 4000 });
    const error = await sendErrorOf(producer.send({ topic: "new-topic", messages: messagesOf(["a"]) }));
    expect(error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", failed: [{ written: "no", indexes: [0] }] });
  });
});
