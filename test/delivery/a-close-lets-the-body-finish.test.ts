import type { Consumer } from "@moldau/consumer";
import { Kafka } from "moldau";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { nextEvent, startConsuming, type Consuming } from "../support/consuming.js";

const orders = { topic: "orders", partition: 0 };

/** A loop whose bodies end when they are told to. */
interface HeldLoop {
  /** What was handed out so far. */
  readonly values: string[];
  /** Resolves once a message is in hand. */
  readonly inHand: Promise<void>;
  /** Lets the body end. */
  readonly finish: () => void;
  /** Resolves when the loop has ended, or rejects with what ended it. */
  readonly ended: Promise<void>;
}

/** Begins to read; `body` runs once the body may end. */
function holdEach(consumer: Consumer, body: (values: readonly string[]) => unknown = () => undefined): HeldLoop {
  const values: string[] = [];
  let received: () => void = () => undefined;
  let finish: () => void = () => undefined;
  const inHand = new Promise<void>((resolve) => (received = resolve));
  const mayFinish = new Promise<void>((resolve) => (finish = resolve));
  const read = async (): Promise<void> => {
    for await (const { value } of consumer) {
      values.push(String(value));
      received();
      await mayFinish;
      if ((await body(values)) === "leave") break;
    }
  };
  const ended = read();
  ended.catch(() => undefined);
  return { values, inHand, finish, ended };
}

async function startReading(values = ["a", "b", "c"]): Promise<Consuming> {
  const run = await startConsuming();
  await run.send("orders", 0, values);
  return run;
}

/** Whether a promise has settled within a moment. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const moment = new Promise<boolean>((resolve) => setTimeout(resolve, 150, false));
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, moment]);
}

describe("close() while a body runs", () => {
  it("waits for its end, counts its message as done and hands out no other; the loop ends without an error", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer);
    await loop.inHand;
    const closed = consumer.close();
    expect(await isSettled(closed)).toBe(false);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(loop.values).toEqual(["a"]);
    expect(await run.committed(orders)).toBe(1n);
  });

  it("counts a whole batch as done", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    let closed: Promise<void> | undefined;
    const lengths: number[] = [];
    for await (const batch of consumer.batches({ maxMessages: 2 })) {
      closed = consumer.close();
      await isSettled(closed);
      lengths.push(batch.length);
    }
    await closed;
    expect(lengths).toEqual([2]);
    expect(await run.committed(orders)).toBe(2n);
  });

  it("has what a stream's sink works on done, and ends the stream", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const values: string[] = [];
    let closed: Promise<void> | undefined;
    for await (const message of consumer.stream()) {
      values.push(String((message as { value: Buffer }).value));
      closed = consumer.close();
      await isSettled(closed);
    }
    await closed;
    expect(values).toEqual(["a"]);
    expect(await run.committed(orders)).toBe(1n);
  });

  it("may come from the body itself, when that does not wait for it", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const values: string[] = [];
    for await (const { value } of consumer) {
      values.push(String(value));
      if (values.length === 2) void consumer.close();
    }
    await consumer.close();
    expect(values).toEqual(["a", "b"]);
    expect(await run.committed(orders)).toBe(2n);
  });

  it("lets the body commit, seek and pause until its end, and no longer", async () => {
    await using run = await startReading();
    const consumer = run.consumer({ autoCommit: false });
    const loop = holdEach(consumer, async () => {
      await consumer.commit([{ ...orders, offset: 1n }]);
      consumer.pause();
      consumer.resume();
      consumer.seek({ ...orders, offset: 2n });
    });
    await loop.inHand;
    const closed = consumer.close();
    loop.finish();
    await loop.ended;
    await closed;
    expect(await run.committed(orders)).toBe(1n);
    await expect(consumer.commit([{ ...orders, offset: 2n }])).rejects.toMatchObject({ code: "CLIENT_CLOSED" });
    expect(() => consumer.pause()).toThrow(expect.objectContaining({ code: "CLIENT_CLOSED" }));
  });

  it("commits nothing by itself with autoCommit: false, and waits for the body all the same", async () => {
    await using run = await startReading();
    const consumer = run.consumer({ autoCommit: false });
    const loop = holdEach(consumer);
    await loop.inHand;
    const closed = consumer.close();
    expect(await isSettled(closed)).toBe(false);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(await run.committed(orders)).toBe(-1n);
  });

  it("does not count a message as done whose body leaves the loop", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer, () => "leave");
    await loop.inHand;
    const closed = consumer.close();
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(await run.committed(orders)).toBe(0n);
  });

  it("lets an error of the body end the loop, and resolves by itself", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const failure = new Error("the body failed");
    const loop = holdEach(consumer, () => Promise.reject(failure));
    await loop.inHand;
    const closed = consumer.close();
    loop.finish();
    await expect(loop.ended).rejects.toBe(failure);
    await closed;
    expect(await run.committed(orders)).toBe(0n);
  });

  it("waits for it while everything is paused, too", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer);
    await loop.inHand;
    consumer.pause();
    const closed = consumer.close();
    expect(await isSettled(closed)).toBe(false);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(await run.committed(orders)).toBe(1n);
  });

  it("commits under the round that a rebalance is about to end", async () => {
    await using run = await startReading();
    const consumer = run.consumer({ autoCommitIntervalMs: 60_000 });
    const loop = holdEach(consumer);
    await loop.inHand;
    const second = run.consumer();
    const joining = run.broker.intercept({ api: "JoinGroup" }, () => undefined);
    const joined = second.connect();
    // A few heartbeats later the revocation waits for the message in hand.
    await expect.poll(() => joining.taken).toBe(2);
    expect(await isSettled(joined)).toBe(false);
    const closed = consumer.close();
    expect(await isSettled(closed)).toBe(false);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(await run.committed(orders)).toBe(1n);
    await joined;
    expect(second.assignment()).toEqual([orders]);
  });
});

describe("a member that loses its partitions while it is being closed", () => {
  it("joins no further round, and its loop ends", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer);
    await loop.inHand;
    const joining = run.broker.intercept({ api: "JoinGroup" }, () => undefined);
    const lost = nextEvent(consumer, "lost");
    const closed = consumer.close();
    run.broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail("UNKNOWN_MEMBER_ID"));
    expect(await lost).toMatchObject({ partitions: [orders] });
    await isSettled(closed);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(joining.taken).toBe(0);
  });
});

describe("close() when no body runs", () => {
  it("is prompt while the loop waits for a message, and while it stands still paused", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer, (values) => values.length === 3 && consumer.pause());
    loop.finish();
    await expect.poll(() => loop.values.length).toBe(3);
    const startedAt = performance.now();
    await Promise.all([consumer.close(), loop.ended]);
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await run.committed(orders)).toBe(3n);
  });

  it("is prompt when the loop was left", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer, () => "leave");
    loop.finish();
    await loop.ended;
    const startedAt = performance.now();
    await consumer.close();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await run.committed(orders)).toBe(0n);
  });
});

describe("close() of a body that does not end in time", () => {
  it("gives its message back, tells so, and ends the loop with the reason when the body ends after all", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const failed = nextEvent(consumer, "failed");
    const loop = holdEach(consumer);
    await loop.inHand;
    const startedAt = performance.now();
    await consumer.close({ timeoutMs: 1000 });
    expect(performance.now() - startedAt).toBeGreaterThan(740);
    const reason = {
      code: "CLIENT_BODY_UNFINISHED",
      topic: "orders",
      partition: 0,
      offset: 0n,
      message: expect.stringMatching(
        /^close\(\) waited \d+ ms for the body of the loop, which has orders-0 from offset 0 in hand, and then gave that back/,
      ),
    };
    expect(await failed).toMatchObject({ error: reason });
    expect(await run.committed(orders)).toBe(0n);
    loop.finish();
    await expect(loop.ended).rejects.toMatchObject(reason);
  });

  it("is what happens to a body that waits for close() itself; a warning of the process tells it where nobody listens", async () => {
    await using run = await startReading();
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    const consumer = run.consumer();
    const reading = (async () => {
      for await (const message of consumer) {
        void message;
        await consumer.close({ timeoutMs: 2_000 });
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "CLIENT_BODY_UNFINISHED" }));
    expect(await run.committed(orders)).toBe(0n);
  });

  it("is told to a logger as well, and then no warning is needed", async () => {
    await using run = await startReading();
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    const errors: unknown[] = [];
    const silent = (): void => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: (...args: unknown[]) => errors.push(...args) };
    const consumer = run.consumer({}, run.client({ logger }));
    const loop = holdEach(consumer);
    await loop.inHand;
    await consumer.close({ timeoutMs: 2_000 });
    loop.finish();
    await expect(loop.ended).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
    expect(errors.join(" ")).toMatch(/of the group billing ended with an error, which the loop gets: close\(\) waited/);
    expect(warned).not.toHaveBeenCalled();
  });

  it("keeps what the body has committed of its batch", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    consumer.on("failed", () => undefined);
    const reading = (async () => {
      for await (const batch of consumer.batches()) {
        const [first] = batch;
        await consumer.commit(first);
        await consumer.close({ timeoutMs: 2_000 });
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
    expect(await run.committed(orders)).toBe(1n);
  });
});

describe("close({ finish: false })", () => {
  it("gives the message in hand back at once, and the loop ends without an error", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer);
    await loop.inHand;
    await consumer.close({ finish: false });
    loop.finish();
    await loop.ended;
    expect(await run.committed(orders)).toBe(0n);
  });

  it("ends the waiting of a close() before it", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    const loop = holdEach(consumer);
    await loop.inHand;
    const closed = consumer.close({ timeoutMs: 60_000 });
    expect(await isSettled(closed)).toBe(false);
    await consumer.close({ finish: false });
    await closed;
    loop.finish();
    await loop.ended;
    expect(await run.committed(orders)).toBe(0n);
  });

  it("is not undone by a close() after it, and a close() with less time shortens one with more", async () => {
    await using run = await startReading();
    const consumer = run.consumer();
    consumer.on("failed", () => undefined);
    const loop = holdEach(consumer);
    await loop.inHand;
    const closed = consumer.close({ timeoutMs: 60_000 });
    await consumer.close({ timeoutMs: 2_000 });
    await consumer.close({ timeoutMs: 60_000 });
    await closed;
    loop.finish();
    await expect(loop.ended).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
  });
});

describe("kafka.close() while bodies run", () => {
  it("closes producers after them, so that what they send arrives; a producer may even be made by then", async () => {
    await using run = await startReading();
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    const loop = holdEach(consumer, async () => {
      await producer.send({ topic: "bills", messages: [{ value: "awaited" }] });
      void kafka.producer({ lingerMs: 60_000 }).send({ topic: "bills", messages: [{ value: "flushed" }] });
    });
    await loop.inHand;
    const closed = kafka.close();
    expect(await isSettled(closed)).toBe(false);
    expect(() => kafka.consumer({ groupId: "g", topics: ["t"] })).toThrow(/closed/);
    loop.finish();
    await Promise.all([closed, loop.ended]);
    expect(() => kafka.producer()).toThrow(/closed/);
    expect(await run.committed(orders)).toBe(1n);
    const bills = await run.broker.log("bills", 0).records();
    expect(bills.map(({ value }) => String(value)).sort()).toEqual(["awaited", "flushed"]);
  });

  it("waits for the bodies of all consumers", async () => {
    await using run = await startReading();
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const loops = ["billing", "shipping"].map((groupId) => {
      return holdEach(kafka.consumer({ groupId, topics: ["orders"], startFrom: "earliest" }));
    });
    await Promise.all(loops.map(({ inHand }) => inHand));
    const closed = kafka.close();
    for (const loop of loops) {
      expect(await isSettled(closed)).toBe(false);
      loop.finish();
    }
    await Promise.all([closed, ...loops.map(({ ended }) => ended)]);
    expect(await run.committed(orders, "billing")).toBe(1n);
    expect(await run.committed(orders, "shipping")).toBe(1n);
  });

  it("waits for none with finish: false, also when told so later", async () => {
    await using run = await startReading();
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const loop = holdEach(kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" }));
    await loop.inHand;
    const closed = kafka.close({ timeoutMs: 60_000 });
    expect(await isSettled(closed)).toBe(false);
    await kafka.close({ finish: false });
    await closed;
    loop.finish();
    await loop.ended;
    expect(await run.committed(orders)).toBe(0n);
  });

  it("can be given less time later: bodies, and the producers after them", async () => {
    await using run = await startReading();
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    consumer.on("failed", () => undefined);
    const loop = holdEach(consumer);
    await loop.inHand;
    run.broker.intercept({ api: "Produce" }, (request) => request.hang());
    const lost = kafka.producer().send({ topic: "bills", messages: [{ value: "held" }] });
    lost.catch(() => undefined);
    const closed = kafka.close({ timeoutMs: 60_000 });
    const startedAt = performance.now();
    await kafka.close({ timeoutMs: 1000 });
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await expect(lost).rejects.toMatchObject({ code: "CLIENT_CLOSED" });
    loop.finish();
    await expect(loop.ended).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
  });

  it("ends in its time when a body never does, and producers have some of it left", async () => {
    await using run = await startReading();
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    const producer = kafka.producer({ lingerMs: 60_000 });
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    consumer.on("failed", () => undefined);
    const loop = holdEach(consumer);
    await loop.inHand;
    const sending = producer.send({ topic: "bills", messages: [{ value: "held" }] });
    const startedAt = performance.now();
    await kafka.close({ timeoutMs: 2000 });
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await sending).toMatchObject([{ topic: "bills", count: 1 }]);
    loop.finish();
    await expect(loop.ended).rejects.toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
  });
});
