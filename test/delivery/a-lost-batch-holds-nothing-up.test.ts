import { Produce } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { messagesOf, numbers, sendErrorOf, startProducing, valuesIn } from "../support/producing.js";

describe("a batch that had to be given up", () => {
  it("by time, is followed by the next ones, in order, once, in a new epoch", async () => {
    const { broker, producer } = await startProducing({ deliveryTimeoutMs: 600, requestTimeoutMs: 200 });
    await producer.send({ topic: "orders", messages: messagesOf(["0"]) });
    const silence = broker.intercept({ api: Produce, topic: "orders" }, (request) => request.hang());
    const error = await sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(["lost"]) }));
    expect(error).toMatchObject({
      code: "CLIENT_DELIVERY_TIMEOUT",
      failed: [{ topic: "orders", partition: 0, indexes: [0], written: "maybe" }],
    });
    silence.remove();
    for (const value of numbers(1, 5)) await producer.send({ topic: "orders", messages: messagesOf([value]) });
    expect(await valuesIn(broker)).toEqual(numbers(0, 6));
    const epochs: number[] = [];
    for await (const batch of broker.log("orders", 0).batches()) epochs.push(batch.producerEpoch);
    expect(epochs).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it("by time, although it was written, is followed by the next ones without a gap or a repetition", async () => {
    const { broker, producer } = await startProducing({ deliveryTimeoutMs: 600, requestTimeoutMs: 200 });
    await producer.send({ topic: "orders", messages: messagesOf(["0"]) });
    const deafness = broker.intercept({ api: Produce, topic: "orders" }, async (request) => {
      await request.apply();
      request.hang();
    });
    const error = await sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(["doubtful"]) }));
    expect(error.failed).toMatchObject([{ written: "maybe" }]);
    deafness.remove();
    for (const value of numbers(1, 5)) await producer.send({ topic: "orders", messages: messagesOf([value]) });
    expect(await valuesIn(broker)).toEqual(["0", "doubtful", ...numbers(1, 5)]);
  });

  it("by a refusal, is followed by those that were sent behind it", async () => {
    const { broker, producer } = await startProducing();
    await producer.send({ topic: "orders", messages: messagesOf(["0"]) });
    broker.intercept({ api: Produce, topic: "orders", nth: 1 }, async (request) => {
      await request.delay(30);
      request.fail("INVALID_RECORD");
    });
    // Listened to from the beginning: on a busy machine the refusal comes before the last call.
    const refused = sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(["1"]) }));
    const calls: Promise<unknown>[] = [];
    for (const value of numbers(2, 3)) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      calls.push(producer.send({ topic: "orders", messages: messagesOf([value]) }));
    }
    expect(await refused).toMatchObject({ code: "INVALID_RECORD", failed: [{ written: "no" }] });
    await Promise.all(calls);
    expect(await valuesIn(broker)).toEqual(["0", "2", "3", "4"]);
  });
});
