import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { turns } from "moldau-testing";
import { Producer, type ProducerOptions, type SendError } from "./index.js";

function start(
  options: ProducerOptions = {},
  topics?: Record<string, number>,
): { cluster: FakeCluster; producer: Producer } {
  const cluster = new FakeCluster(topics);
  return { cluster, producer: new Producer(cluster, options) };
}

const text = (length: number): string => "x".repeat(length);

describe("linger", () => {
  it("holds a batch back for its time, or until it is full", async () => {
    const { cluster, producer } = start({ lingerMs: 20, batchSize: 1000 });
    const first = producer.send({ topic: "orders", messages: [{ value: "a" }] });
    await cluster.clock.advance(19);
    expect(cluster.pending.length).toBe(0);
    await cluster.clock.advance(1);
    expect(cluster.pending.length).toBe(1);
    await cluster.next().succeed();
    await first;
    const full = producer.send({ topic: "orders", messages: [{ value: text(600) }, { value: text(600) }] });
    await turns();
    expect(cluster.next().values).toEqual([text(600)]);
    cluster.onRequest = (request) => void request.succeed();
    for (const request of cluster.pending.splice(0)) await request.succeed();
    full.catch(() => undefined);
    const closing = producer.close({ timeoutMs: 0 });
    await cluster.clock.advance(0);
    await closing;
  });

  it("ends when its timer comes, also on a clock whose timers come a little early", async () => {
    const { cluster, producer } = start({ lingerMs: 20 });
    cluster.onRequest = (request) => void request.succeed();
    const timer = cluster.clock.timer.bind(cluster.clock);
    cluster.clock.timer = (ms, fire) => timer(ms === 20 ? 19 : ms, fire);
    const sent = producer.send({ topic: "orders", messages: [{ value: "a" }] });
    await cluster.clock.advance(19);
    expect(await sent).toMatchObject([{ baseOffset: 0n }]);
    await producer.close();
  });

  it("ends with flush", async () => {
    const { cluster, producer } = start({ lingerMs: 10_000 });
    cluster.onRequest = (request) => void request.succeed();
    const sent = producer.send({ topic: "orders", messages: [{ value: "a" }] });
    await producer.flush();
    expect(await sent).toMatchObject([{ baseOffset: 0n }]);
    await producer.close();
  });

  it("lets messages that ask for the same share a batch, and others not", async () => {
    const { cluster, producer } = start({ lingerMs: 5 });
    const asks = [{}, { acks: "all" }, { acks: 1 }, { compression: "gzip" }, { timeoutMs: 99 }] as const;
    const calls = asks.map(async (ask, index) =>
      producer.send({ topic: "orders", messages: [{ value: String(index) }], ...ask }),
    );
    cluster.onRequest = (request) => {
      cluster.pending.push(request);
      void request.succeed();
    };
    await cluster.clock.advance(50);
    await Promise.all(calls);
    expect(cluster.pending.map(({ values }) => values.join()).toSorted()).toEqual(["0,1", "2", "3", "4"]);
    await producer.close();
  });
});

describe("sizes", () => {
  it("a call larger than a batch is split, and says where each part went", async () => {
    const { cluster, producer } = start({ batchSize: 500 });
    cluster.onRequest = (request) => void request.succeed();
    const messages = Array.from({ length: 10 }, (_, index) => ({ value: `${index}${text(150)}` }));
    const sent = await producer.send({ topic: "orders", messages });
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.flatMap(({ indexes }) => indexes)).toEqual(messages.map((_, index) => index));
    expect(cluster.log("orders", 0).values).toEqual(messages.map(({ value }) => value));
    await producer.close();
  });

  it("a batch that the broker finds too large goes in two halves, in order, once", async () => {
    const { cluster, producer } = start();
    cluster.onRequest = (request) =>
      void (request.values.length > 2 ? request.refuse(ErrorCode.MESSAGE_TOO_LARGE) : request.succeed());
    const values = ["0", "1", "2", "3", "4", "5", "6"];
    const calls = [values.slice(0, 3), values.slice(3)].map(async (some) =>
      producer.send({ topic: "orders", messages: some.map((value) => ({ value, key: "k", headers: { n: value } })) }),
    );
    await cluster.clock.advance(2000);
    const [first, second] = await Promise.all(calls);
    expect(cluster.log("orders", 0).values).toEqual(values);
    expect(first?.map(({ baseOffset, indexes }) => [baseOffset, indexes])).toEqual([
      [0n, [0, 1]],
      [2n, [2]],
    ]);
    expect(second?.flatMap(({ indexes }) => indexes)).toEqual([0, 1, 2, 3]);
    await producer.close();
  });

  it("once a batch was too large for the broker, the next ones are made as small as its halves, and none is refused any more", async () => {
    const { cluster, producer } = start({ batchSize: 1000, maxInFlight: 1 });
    let refused = 0;
    cluster.onRequest = (request) => {
      const isTooLarge = (request.partitions[0]?.records.length ?? 0) > 400;
      refused += isTooLarge ? 1 : 0;
      void (isTooLarge ? request.refuse(ErrorCode.MESSAGE_TOO_LARGE) : request.succeed());
    };
    const messages = Array.from({ length: 18 }, (_, index) => ({ value: `${index} ${text(40)}` }));
    for (const round of [0, 1, 2, 3]) {
      const sent = producer.send({ topic: "orders", messages });
      await cluster.clock.advance(1000);
      await sent;
      expect(refused, `after round ${round}`).toBe(round === 0 ? refused : 3);
    }
    expect(cluster.log("orders", 0).values.length).toBe(72);
    await cluster.clock.advance(600_000);
    const later = producer.send({ topic: "orders", messages });
    await cluster.clock.advance(1000);
    await later;
    expect(refused).toBeGreaterThan(3);
    await producer.close();
  });

  it("a message that alone is too large for the broker fails by itself", async () => {
    const { cluster, producer } = start();
    cluster.onRequest = (request) =>
      void (request.values.some((value) => value.length > 100)
        ? request.refuse(ErrorCode.MESSAGE_TOO_LARGE)
        : request.succeed());
    const call = producer
      .send({ topic: "orders", messages: [{ value: "a" }, { value: text(200) }, { value: "b" }] })
      .catch((error: unknown) => error);
    await cluster.clock.advance(5000);
    const error = await call;
    expect(error).toMatchObject({ code: "MESSAGE_TOO_LARGE", failed: [{ indexes: [1], written: "no" }] });
    expect((error as SendError).delivered.flatMap(({ indexes }) => indexes)).toEqual([0, 2]);
    expect(cluster.log("orders", 0).values).toEqual(["a", "b"]);
    await producer.close();
  });

  it("a request carries batches of several partitions up to its size", async () => {
    const { cluster, producer } = start({ maxRequestSize: 1100 }, { orders: 4 });
    const call = producer.send({
      topic: "orders",
      messages: [0, 1, 2, 3].map((partition) => ({ partition, value: text(300) })),
    });
    await turns();
    expect(cluster.pending.map(({ partitions }) => partitions.length)).toEqual([2, 2]);
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await call;
    await producer.close();
  });
});

describe("memory", () => {
  it("makes a send wait until it is free, in the order of the calls", async () => {
    const { cluster, producer } = start({ bufferMemory: 1000, batchSize: 1000 });
    let blocked = 0;
    producer.on("blocked", () => (blocked += 1));
    const calls = ["a", "b", "c", "d"].map(async (name) =>
      producer.send({ topic: "orders", messages: [{ value: name + text(900) }] }),
    );
    await turns();
    expect(blocked).toBe(1);
    const order: (string | undefined)[] = [];
    cluster.onRequest = (request) => {
      order.push(request.values[0]?.slice(0, 1));
      void request.succeed();
    };
    order.push(cluster.pending[0]?.values[0]?.slice(0, 1));
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await cluster.clock.advance(100);
    await Promise.all(calls);
    expect(order).toEqual(["a", "b", "c", "d"]);
    await producer.close();
  });

  it("that stays full fails a send after maxBlockMs, with what it had not taken", async () => {
    const { cluster, producer } = start({ bufferMemory: 1000, batchSize: 600, maxBlockMs: 300 });
    const messages = Array.from({ length: 6 }, () => ({ value: text(400) }));
    const call = producer.send({ topic: "orders", messages }).catch((error: unknown) => error);
    await cluster.clock.advance(300);
    cluster.onRequest = (request) => void request.succeed();
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await cluster.clock.advance(100);
    const error = await call;
    expect(error).toMatchObject({ code: "CLIENT_BUFFER_FULL" });
    const { delivered, failed } = error as SendError;
    expect(failed).toMatchObject([{ written: "no", code: "CLIENT_BUFFER_FULL" }]);
    expect(delivered.reduce((sum, { count }) => sum + count, 0)).toBe(cluster.log("orders", 0).values.length);
    expect([...delivered, ...failed].flatMap(({ indexes }) => indexes)).toEqual([0, 1, 2, 3, 4, 5]);
    await producer.close();
  });

  it("counts as free only when the socket has let go of the bytes too", async () => {
    const { cluster, producer } = start({ bufferMemory: 1000, batchSize: 1000 });
    cluster.keepsBuffers = true;
    cluster.onRequest = (request) => void request.succeed();
    const first = await producer.send({ topic: "orders", messages: [{ value: text(990) }] });
    expect(first.length).toBe(1);
    let isTaken = false;
    const second = producer.send({ topic: "orders", messages: [{ value: text(990) }] }).then(() => (isTaken = true));
    await cluster.clock.advance(100);
    expect(isTaken).toBe(false);
    for (const letGo of cluster.heldBuffers.splice(0)) letGo();
    await second;
    await producer.close();
  });

  it("that waits for a signal is given up when it fires", async () => {
    const { cluster, producer } = start({ bufferMemory: 1000, batchSize: 1000 });
    const first = producer.send({ topic: "orders", messages: [{ value: text(990) }] });
    const stop = new AbortController();
    const second = producer
      .send({ topic: "orders", messages: [{ value: text(990) }], signal: stop.signal })
      .catch((error: unknown) => error);
    await turns();
    stop.abort();
    expect(await second).toMatchObject({ code: "CLIENT_ABORTED", failed: [{ written: "no" }] });
    for (const request of cluster.pending.splice(0)) await request.succeed();
    await first;
    await producer.close();
  });
});

describe("acks 0", () => {
  it("is done when the bytes are handed over, without an offset", async () => {
    const { cluster, producer } = start({ acks: 0 });
    const sent = await producer.send({ topic: "orders", messages: [{ value: "a" }] });
    expect(sent).toEqual([{ topic: "orders", partition: 0, count: 1, indexes: [0] }]);
    expect(cluster.next().acks).toBe(0);
    await producer.close();
  });
});

describe("topics that are not known yet", () => {
  it("are waited for, and the order of calls stays", async () => {
    const { cluster, producer } = start();
    cluster.onRequest = (request) => void request.succeed();
    const calls = ["a", "b", "c"].map(async (value) => producer.send({ topic: "news", messages: [{ value }] }));
    await cluster.clock.advance(100);
    cluster.createTopic("news", 1);
    calls.push(producer.send({ topic: "news", messages: [{ value: "d" }] }));
    await cluster.clock.advance(100);
    await Promise.all(calls);
    expect(cluster.log("news", 0).values).toEqual(["a", "b", "c", "d"]);
    await producer.close();
  });

  it("fail the call after maxBlockMs, and hold up no other topic", async () => {
    const { cluster, producer } = start({ maxBlockMs: 500 });
    cluster.onRequest = (request) => void request.succeed();
    const lost = producer.send({ topic: "nowhere", messages: [{ value: "a" }] }).catch((error: unknown) => error);
    await producer.send({ topic: "orders", messages: [{ value: "b" }] });
    await cluster.clock.advance(500);
    expect(await lost).toMatchObject({
      code: "UNKNOWN_TOPIC_OR_PARTITION",
      failed: [{ topic: "nowhere", partition: -1, indexes: [0], written: "no" }],
    });
    await producer.close();
  });
});

describe("a topic that rests", () => {
  it("is forgotten, and begins in a later epoch when it is used again, as the broker still remembers its numbers", async () => {
    const { cluster, producer } = start({}, { orders: 1, other: 1 });
    const seen: (readonly number[])[] = [];
    cluster.onRequest = (request) => {
      for (const { producerEpoch, baseSequence } of request.partitions) seen.push([producerEpoch, baseSequence]);
      void request.succeed();
    };
    const send = (topic: string): Promise<unknown> => producer.send({ topic, messages: [{ value: "a" }] });
    await send("orders");
    await send("orders");
    await cluster.clock.advance(300_000);
    await send("other");
    await cluster.clock.advance(300_000);
    await send("orders");
    expect(await send("orders")).toMatchObject([{ baseOffset: 3n }]);
    expect(seen).toEqual([
      [0, 0],
      [0, 1],
      // The other topic, which rests as well after this.
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    expect(cluster.log("orders", 0).values.length).toBe(4);
    await producer.close();
  });
});

describe("close", () => {
  it("waits for outcomes, takes nothing more, and leaves no timer behind", async () => {
    const { cluster, producer } = start({ lingerMs: 1000 });
    cluster.onRequest = (request) => void request.succeed();
    let closed = 0;
    producer.on("closed", () => (closed += 1));
    const sent = producer.send({ topic: "orders", messages: [{ value: "a" }] });
    const closing = producer.close();
    expect(producer.close()).toBe(closing);
    await expect(producer.send({ topic: "orders", messages: [{ value: "b" }] })).rejects.toMatchObject({
      code: "CLIENT_CLOSED",
    });
    await closing;
    await sent;
    expect([closed, cluster.releasedOwners, cluster.clock.armed]).toEqual([1, 1, 0]);
  });

  it("gives up after its patience what has no outcome, wherever it is", async () => {
    const { cluster, producer } = start({ maxInFlight: 1, bufferMemory: 2000, batchSize: 1000 });
    const outcome = (topic: string, size: number): Promise<unknown> =>
      producer.send({ topic, messages: [{ value: text(size) }] }).catch((error: unknown) => error);
    const calls = [
      outcome("orders", 900),
      outcome("orders", 900),
      outcome("orders", 900),
      outcome("orders", 900),
      outcome("unknown", 1),
    ];
    await turns();
    const closing = producer.close({ timeoutMs: 100 });
    await cluster.clock.advance(100);
    await closing;
    const errors = await Promise.all(calls);
    expect(errors.map((error) => (error as SendError).code)).toEqual(Array(5).fill("CLIENT_CLOSED"));
    expect(errors.map((error) => (error as SendError).failed[0]?.written)).toEqual(["maybe", "no", "no", "no", "no"]);
    expect(cluster.clock.armed).toBe(0);
  });
});
