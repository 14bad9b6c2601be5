import { Produce } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { messagesOf, numbers, startProducing, valuesIn } from "../support/producing.js";

describe("a message is in the log once", () => {
  it("when the answer to its request is lost", async () => {
    const { broker, producer } = await startProducing();
    let retries = 0;
    producer.on("retry", () => (retries += 1));
    broker.intercept({ api: Produce, topic: "orders", nth: 1 }, async (request) => {
      await request.apply();
      request.drop();
    });
    const sent = await producer.send({ topic: "orders", messages: messagesOf(["a", "b"]) });
    expect(sent).toMatchObject([{ topic: "orders", partition: 0, baseOffset: 0n, count: 2, indexes: [0, 1] }]);
    expect(await valuesIn(broker)).toEqual(["a", "b"]);
    expect(retries).toBe(1);
  });

  it("when its answer does not come in time, and the request is served all the same", async () => {
    const { broker, producer } = await startProducing({ requestTimeoutMs: 150 });
    broker.intercept({ api: Produce, topic: "orders", nth: 1 }, async (request) => {
      await request.apply();
      request.hang();
    });
    await producer.send({ topic: "orders", messages: messagesOf(["a"]) });
    expect(await valuesIn(broker)).toEqual(["a"]);
  });

  it("when every third answer is lost while many requests are under way", async () => {
    const { broker, producer } = await startProducing({ batchSize: 400 }, { partitions: 3 });
    let count = 0;
    broker.intercept({ api: Produce, topic: "orders" }, async (request) => {
      count += 1;
      if (count % 3 !== 0) return;
      await request.apply();
      request.drop();
    });
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 30; round++) {
      for (const partition of [0, 1, 2])
        calls.push(producer.send({ topic: "orders", messages: messagesOf(numbers(round * 10, 10), partition) }));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(calls);
    for (const partition of [0, 1, 2]) expect(await valuesIn(broker, partition)).toEqual(numbers(0, 300));
  });
});
