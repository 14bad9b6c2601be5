import { Produce } from "@moldau/protocol-codec";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { messagesOf, sendErrorOf, startProducing, valuesIn } from "../support/producing.js";

const value = "x".repeat(1000);

describe("a producer that is faster than its brokers", () => {
  it("makes send wait while its memory is full, and goes on when there is room", async () => {
    const { broker, producer } = await startProducing({ bufferMemory: 20_000, batchSize: 5000 });
    let blocked = 0;
    producer.on("blocked", () => (blocked += 1));
    broker.intercept({ api: Produce, topic: "orders" }, (request) => request.delay(5));
    const messages = Array.from({ length: 200 }, () => ({ value }));
    const sent = await producer.send({ topic: "orders", messages });
    expect(blocked).toBeGreaterThan(0);
    expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(200);
    expect((await valuesIn(broker)).length).toBe(200);
  });

  it("fails a send that waited too long, certainly unwritten", async () => {
    const { broker, producer } = await startProducing({ bufferMemory: 2000, maxBlockMs: 100, deliveryTimeoutMs: 2000 });
    const silence = broker.intercept({ api: Produce, topic: "orders" }, async (request) => request.delay(400));
    const first = producer.send({ topic: "orders", messages: messagesOf([value, value]) });
    const error = await sendErrorOf(producer.send({ topic: "orders", messages: messagesOf(["late"]) }));
    expect(error).toMatchObject({ code: "CLIENT_BUFFER_FULL", failed: [{ indexes: [0], written: "no" }] });
    silence.remove();
    await first;
    await producer.flush();
    expect(await valuesIn(broker)).toEqual([value, value]);
  });

  it("holds back the source of a stream", async () => {
    const { broker, producer } = await startProducing({ bufferMemory: 20_000, batchSize: 4000 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    broker.intercept({ api: Produce, topic: "orders" }, () => held);
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (; taken < 500; taken++) yield { value };
      })(),
    );
    const piped = pipeline(source, producer.writable({ topic: "orders", highWaterMark: 16 }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(taken).toBeLessThan(100);
    release();
    await piped;
    expect((await valuesIn(broker)).length).toBe(500);
  });
});
