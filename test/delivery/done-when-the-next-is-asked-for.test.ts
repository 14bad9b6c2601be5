import type { CommittedEvent, Message } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };

describe("a message is done", () => {
  it("when the loop asks for the next one", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommit: false });
    const seen: bigint[] = [];
    await takeValues(consumer, 3, async () => {
      await consumer.commit();
      seen.push(await run.committed(orders));
    });
    expect(seen).toEqual([2n]);
  });

  it("as a whole batch when the loop asks for the next one", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c", "d", "e"]);
    const consumer = run.consumer({ autoCommit: false });
    const lengths: number[] = [];
    for await (const batch of consumer.batches({ maxMessages: 2 })) {
      lengths.push(batch.length);
      await consumer.commit();
      expect(await run.committed(orders)).toBe([0n, 2n, 4n][lengths.length - 1]);
      if (lengths.length === 3) break;
    }
    expect(lengths).toEqual([2, 2, 1]);
  });
});

describe("leaving the loop never marks the message in hand: it is delivered again", () => {
  const leave: Record<string, (loop: AsyncIterable<{ value: Buffer | null }>) => Promise<void>> = {
    break: async (loop) => {
      for await (const message of loop) if (String(message.value) === "b") break;
    },
    return: async (loop) => {
      for await (const message of loop) if (String(message.value) === "b") return;
    },
    throw: async (loop) => {
      await expect(
        (async () => {
          for await (const message of loop) if (String(message.value) === "b") throw new Error("cannot bill");
        })(),
      ).rejects.toThrow("cannot bill");
    },
  };

  it.each(Object.keys(leave))("by %s, to the next loop of the same consumer", async (way) => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    await leave[way]?.(consumer);
    expect(await takeValues(consumer, 2)).toEqual(["b", "c"]);
  });

  it.each(Object.keys(leave))("by %s, to whoever reads on after close()", async (way) => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    await leave[way]?.(consumer);
    await consumer.close();
    expect(await run.committed(orders)).toBe(1n);
    expect(await takeValues(run.consumer(), 2)).toEqual(["b", "c"]);
  });

  it("as a whole batch", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c", "d"]);
    const consumer = run.consumer();
    let batches = 0;
    for await (const batch of consumer.batches({ maxMessages: 2 })) {
      expect(batch.length).toBe(2);
      if (++batches === 2) break;
    }
    await consumer.close();
    expect(await run.committed(orders)).toBe(2n);
    expect(await takeValues(run.consumer(), 2)).toEqual(["c", "d"]);
  });
});

describe("commit", () => {
  it("marks a message at once, with the offset behind it", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    await takeValues(consumer, 2, async (message) => {
      await consumer.commit(message);
      expect(await run.committed(orders)).toBe(2n);
    });
    expect(await takeValues(consumer, 1)).toEqual(["c"]);
    await consumer.close();
    expect(await run.committed(orders)).toBe(2n);
  });

  it("marks a batch at once, to its end", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    for await (const batch of consumer.batches({ maxMessages: 2 })) {
      await consumer.commit(batch);
      break;
    }
    expect(await run.committed(orders)).toBe(2n);
    expect(await takeValues(consumer, 1)).toEqual(["c"]);
  });

  it("takes the next offset to read, as Kafka does", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommit: false });
    await takeValues(consumer, 3, () => consumer.commit([{ ...orders, offset: 2n }]));
    await consumer.close();
    expect(await run.committed(orders)).toBe(2n);
    expect(await takeValues(run.consumer(), 1)).toEqual(["c"]);
  });

  it("of less than is done is not gone over by automatic commits before something more is done", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    await takeValues(consumer, 3, () => consumer.commit([{ ...orders, offset: 1n }]));
    await consumer.close();
    expect(await run.committed(orders)).toBe(1n);
  });

  it("refuses a message whose partition was given up since", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 1 }, "other"] });
    await run.send("orders", 0, ["a", "b"]);
    const consumer = run.consumer();
    let kept: Message | undefined;
    await takeValues(consumer, 1, (message) => void (kept = message));
    const assigned = nextEvent(consumer, "assigned");
    consumer.subscribe(["other"]);
    await assigned;
    await expect(consumer.commit(kept)).rejects.toMatchObject({
      code: "CLIENT_NOT_ASSIGNED",
      topic: "orders",
      partition: 0,
    });
  });

  it("says what is wrong with its argument", async () => {
    await using run = await startConsuming();
    const consumer = run.consumer();
    await consumer.connect();
    await expect(consumer.commit([{ ...orders, offset: 2 as unknown as bigint }])).rejects.toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringContaining("bigint"),
    });
    await expect(consumer.commit("all" as never)).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
  });
});

describe("automatic commits", () => {
  it("do not happen with autoCommit: false", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommit: false, autoCommitIntervalMs: 10 });
    await takeValues(consumer, 3, () => new Promise((resolve) => setTimeout(resolve, 100)));
    await consumer.close();
    expect(await run.committed(orders)).toBe(-1n);
  });

  it("go out every autoCommitIntervalMs and cover only what is done", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommitIntervalMs: 40 });
    await takeValues(consumer, 3, async () => {
      const event = (await nextEvent(consumer, "committed")) as CommittedEvent;
      expect(event.offsets).toEqual([{ ...orders, offset: 2n }]);
      expect(await run.committed(orders)).toBe(2n);
    });
  });

  it("go out while a batch is half read, and not when nothing new is done", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer({ autoCommitIntervalMs: 30 });
    const offsets: bigint[] = [];
    consumer.on("committed", (event) => offsets.push(...event.offsets.map(({ offset }) => offset)));
    await takeValues(consumer, 3, () => new Promise((resolve) => setTimeout(resolve, 150)));
    expect(offsets.length).toBeGreaterThan(0);
    expect(offsets.at(-1)).toBe(2n);
    expect(new Set(offsets).size).toBe(offsets.length);
  });

  it("go out on close", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    let closed: Promise<void> | undefined;
    for await (const message of consumer) if (String(message.value) === "b") closed = consumer.close();
    await closed;
    expect(await run.committed(orders)).toBe(2n);
  });

  it("do not follow a seek by itself", async () => {
    await using run = await startConsuming();
    await run.send("orders", 0, ["a", "b", "c"]);
    const consumer = run.consumer();
    await takeValues(consumer, 3, (message) => consumer.commit(message));
    consumer.seek({ ...orders, offset: 0n });
    await consumer.close();
    expect(await run.committed(orders)).toBe(3n);
  });
});
