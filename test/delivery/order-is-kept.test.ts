import { Produce } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { messagesOf, numbers, startProducing, valuesIn } from "../support/producing.js";

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe("messages of one partition stay in the order in which they were sent", () => {
  it("with five requests under way, of which the first is refused for a while", async () => {
    const { broker, producer } = await startProducing();
    await producer.send({ topic: "orders", messages: messagesOf(["0"]) });
    let arrived = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    broker.intercept({ api: Produce, topic: "orders", nth: 1 }, async (request) => {
      await held;
      request.fail("NOT_ENOUGH_REPLICAS");
    });
    broker.on("request", ({ api }) => {
      if (api === "Produce") arrived += 1;
    });
    const calls: Promise<unknown>[] = [];
    for (const value of numbers(1, 8)) {
      calls.push(producer.send({ topic: "orders", messages: messagesOf([value]) }));
      await tick();
    }
    release();
    await Promise.all(calls);
    expect(arrived).toBeGreaterThan(5);
    expect(await valuesIn(broker)).toEqual(numbers(0, 9));
  });

  it("when connections break at random, before and after the append", async () => {
    const { broker, producer } = await startProducing(
      { batchSize: 300 },
      { partitions: 2, broker: { seed: 7, topics: [{ topic: "orders", partitions: 2 }] } },
    );
    broker.intercept({ api: Produce, topic: "orders", probability: 0.1 }, (request) => request.drop());
    broker.intercept({ api: Produce, topic: "orders", probability: 0.1 }, async (request) => {
      await request.apply();
      request.drop();
    });
    broker.intercept({ api: Produce, topic: "orders", probability: 0.1 }, (request) =>
      request.fail("NOT_LEADER_OR_FOLLOWER"),
    );
    broker.intercept({ api: Produce, topic: "orders", probability: 0.1 }, async (request) => {
      await request.apply();
      request.fail("REQUEST_TIMED_OUT");
    });
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 60; round++) {
      for (const partition of [0, 1])
        calls.push(producer.send({ topic: "orders", messages: messagesOf(numbers(round * 5, 5), partition) }));
      await tick();
    }
    await Promise.all(calls);
    for (const partition of [0, 1]) expect(await valuesIn(broker, partition)).toEqual(numbers(0, 300));
  }, 60_000);

  it("when the leadership moves back and forth", async () => {
    const { broker, producer } = await startProducing(
      {},
      { broker: { brokers: 2, topics: [{ topic: "orders", partitions: 1 }] } },
    );
    const calls: Promise<unknown>[] = [];
    const [one, two] = broker.brokers.map(({ nodeId }) => nodeId);
    for (let round = 0; round < 40; round++) {
      calls.push(producer.send({ topic: "orders", messages: messagesOf(numbers(round * 3, 3)) }));
      await tick();
      if (round % 10 === 5) await broker.moveLeader("orders", 0, (round % 20 === 5 ? two : one) ?? 0);
    }
    await Promise.all(calls);
    expect(await valuesIn(broker)).toEqual(numbers(0, 120));
  });
});
