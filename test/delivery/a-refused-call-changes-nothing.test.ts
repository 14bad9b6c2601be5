import type { Consumer } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

/** What a program in JavaScript may well call, and the name of the call that has to stand in the answer. */
const wrong: readonly (readonly [call: string, run: (consumer: Consumer) => unknown])[] = [
  ["messages", (consumer) => Reflect.apply(consumer.messages, consumer, [{ signal: new AbortController() }])],
  ["messages", (consumer) => Reflect.apply(consumer.messages, consumer, [{ singal: AbortSignal.abort() }])],
  ["messages", (consumer) => Reflect.apply(consumer.messages, consumer, [null])],
  ["batches", (consumer) => Reflect.apply(consumer.batches, consumer, [{ signal: new AbortController() }])],
  ["batches", (consumer) => consumer.batches({ maxMessages: 0 })],
  ["batches", (consumer) => Reflect.apply(consumer.batches, consumer, [{ maxMessages: "10" }])],
  ["stream", (consumer) => Reflect.apply(consumer.stream, consumer, [{ signal: "now" }])],
  ["connect", (consumer) => Reflect.apply(consumer.connect, consumer, [{ signal: new AbortController() }])],
  ["connect", (consumer) => consumer.connect({ timeoutMs: -1 })],
  ["commit", (consumer) => Reflect.apply(consumer.commit, consumer, [undefined, { timeoutMs: "1 s" }])],
  ["commit", (consumer) => Reflect.apply(consumer.commit, consumer, [[{ topic: "orders", partition: 0, offset: 1 }]])],
  ["pause", (consumer) => Reflect.apply(consumer.pause, consumer, ["orders"])],
  ["resume", (consumer) => Reflect.apply(consumer.resume, consumer, [[{ topic: "orders" }]])],
  ["seek", (consumer) => Reflect.apply(consumer.seek, consumer, [undefined])],
  ["seek", (consumer) => consumer.seek({ topic: "orders", partition: 0, offset: -1n })],
  ["position", (consumer) => Reflect.apply(consumer.position, consumer, ["orders"])],
  ["subscribe", (consumer) => consumer.subscribe([])],
  ["subscribe", (consumer) => consumer.subscribe(["orders", "no such name"])],
  ["close", (consumer) => consumer.close({ timeoutMs: -1 })],
  ["close", (consumer) => Reflect.apply(consumer.close, consumer, [{ timeout: 5 }])],
];

describe("a call that is refused", () => {
  it("says which call and what is wanted, and leaves the consumer as it was", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    await consumer.connect();
    for (const [call, attempt] of wrong) {
      await expect(async () => attempt(consumer), call).rejects.toMatchObject({
        code: "CLIENT_INVALID_ARGUMENT",
        message: expect.stringContaining(`${call}: `),
      });
    }
    expect(consumer.isClosed).toBe(false);
    expect(consumer.paused()).toEqual([]);
    expect(await takeValues(consumer, 2)).toEqual(["a", "b"]);
  });
});
