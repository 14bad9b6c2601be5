import { Produce } from "@moldau/protocol-codec";
import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { messagesOf, sendErrorOf, startProducing, valuesIn } from "../support/producing.js";

describe("a call of which some messages fail", () => {
  it("waits for all of them, and says which are in the log, which are not, and which may be", async () => {
    const { broker, producer } = await startProducing(
      { deliveryTimeoutMs: 500, requestTimeoutMs: 5000 },
      { broker: { brokers: 3, topics: [{ topic: "orders", partitions: 3 }] } },
    );
    const nodes = broker.brokers.map(({ nodeId }) => nodeId);
    await Promise.all([0, 1, 2].map((partition) => broker.moveLeader("orders", partition, nodes[partition] ?? 0)));
    broker.intercept({ api: Produce, topic: "orders", partition: 1 }, (request) =>
      request.fail("TOPIC_AUTHORIZATION_FAILED"),
    );
    broker.intercept({ api: Produce, topic: "orders", partition: 2 }, (request) => request.hang());
    const messages = [0, 1, 2, 0, 1, 2].map((partition, index) => ({ partition, value: String(index) }));
    const error = await sendErrorOf(producer.send({ topic: "orders", messages }));
    expect(error).toBeInstanceOf(KafkaError);
    expect(error.message).toContain("4 of 6 messages were not delivered");
    expect(error.delivered).toMatchObject([
      { topic: "orders", partition: 0, baseOffset: 0n, count: 2, indexes: [0, 3] },
    ]);
    const byPartition = error.failed.toSorted((left, right) => left.partition - right.partition);
    expect(byPartition).toMatchObject([
      { partition: 1, indexes: [1, 4], code: "TOPIC_AUTHORIZATION_FAILED", written: "no" },
      { partition: 2, indexes: [2, 5], code: "CLIENT_DELIVERY_TIMEOUT", written: "maybe" },
    ]);
    expect(await valuesIn(broker, 0)).toEqual(["0", "3"]);
  });

  it("does not hide that a batch was larger than the topic takes: it is split, and only what alone is too large fails", async () => {
    const { broker, producer } = await startProducing(
      {},
      { broker: { topics: [{ topic: "orders", partitions: 1, configs: { "max.message.bytes": "2000" } }] } },
    );
    const values = ["a", "b".repeat(3000), "c".repeat(1500), "d".repeat(1500), "e"];
    const error = await sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(values) }));
    expect(error.failed).toMatchObject([{ indexes: [1], code: "MESSAGE_TOO_LARGE", written: "no" }]);
    expect(await valuesIn(broker)).toEqual(values.filter((value) => !value.startsWith("b")));
  });
});
