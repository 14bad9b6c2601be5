import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Message } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues } from "../support/consuming.js";

describe("a consumer has one reader", () => {
  it("so a second loop is an error, and the first goes on", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    const values = await takeValues(consumer, 2, async () => {
      await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
      await expect(consumer.batches().next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    });
    expect(values).toEqual(["a", "b"]);
  });

  it("so a second pending next() is an error, and the first is answered", async () => {
    await using run = await startConsuming();
    const loop = run.consumer().messages();
    const first = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    await run.send("orders", 0, ["a", "b", "c"]);
    expect(String((await first).value?.value)).toBe("a");
    const buffered = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    expect(String((await buffered).value?.value)).toBe("b");
    await loop.return?.();
  });

  it("and a loop after another is none: it goes on where that one stopped", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    expect(await takeValues(consumer, 2, (message) => consumer.commit(message))).toEqual(["a", "b"]);
    expect(await takeValues(consumer, 1)).toEqual(["c"]);
  });
});

describe("stream()", () => {
  /** A sink that takes one message at a time and fails at `poison`. */
  function sink(values: string[], poison?: string): Writable {
    return new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(message: Message, _encoding, done) {
        const value = String(message.value);
        setTimeout(() => {
          if (value !== poison) values.push(value);
          done(value === poison ? new Error(`cannot take ${value}`) : null);
        }, 5);
      },
    });
  }

  it("counts a message as done when the sink took it: one that failed is delivered again", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c", "d"]);
    const consumer = run.consumer();
    const values: string[] = [];
    await expect(pipeline(consumer.stream(), sink(values, "c"))).rejects.toThrow("cannot take c");
    expect(values).toEqual(["a", "b"]);
    expect(await takeValues(consumer, 2)).toEqual(["c", "d"]);
    await consumer.close();
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(3n);
  });

  it("ends when the consumer is closed, with everything done that the sink took", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    const values: string[] = [];
    const flowing = pipeline(consumer.stream(), sink(values));
    await expect.poll(() => values.length).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await consumer.close();
    await flowing;
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(3n);
  });

  it("is the one reader, and fails with what ends the reading", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer();
    const stream = consumer.stream();
    const [first] = await stream.take(1).toArray();
    expect(String(first?.value)).toBe("a");
    run.broker.intercept({ api: "Fetch", nth: 1 }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
    await expect(pipeline(consumer.stream(), sink([], "never"))).rejects.toMatchObject({
      code: "TOPIC_AUTHORIZATION_FAILED",
    });
  });
});
