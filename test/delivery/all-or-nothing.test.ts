import { ErrorCode, Produce } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, type Producer, type ProducerOptions } from "moldau";
import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";

/** Every API that a transaction with messages and offsets consists of, at each level of `transaction.version`. */
const apisAt = {
  0: [
    "FindCoordinator",
    "InitProducerId",
    "AddPartitionsToTxn",
    "Produce",
    "AddOffsetsToTxn",
    "TxnOffsetCommit",
    "EndTxn",
  ],
  2: ["FindCoordinator", "InitProducerId", "Produce", "TxnOffsetCommit", "EndTxn"],
} as const;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe.each([2, 0] as const)("all or nothing, at level %i of transaction.version:", (level) => {
  async function start(brokers = 1): Promise<{ broker: ReferenceBroker; kafka: Kafka }> {
    const broker = await startBroker({
      brokers,
      topics: [{ topic: "orders", partitions: 2 }],
      features: { "transaction.version": level },
      configs: {
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 50,
        "transaction.state.log.num.partitions": 1,
      },
    });
    closing.push(() => broker.close());
    return { broker, kafka: newKafka(broker) };
  }

  function newKafka(broker: ReferenceBroker): Kafka {
    const retry = { initialDelayMs: 10, maxDelayMs: 50 };
    const kafka = new Kafka({ brokers: broker.bootstrapServers, requestTimeoutMs: 2000, retry });
    closing.push(() => kafka.close());
    return kafka;
  }

  const newProducer = (kafka: Kafka, options: ProducerOptions = {}): Producer =>
    kafka.producer({ transactionalId: "billing-1", ...options });

  const both = (value: string) => ({ topic: "orders", messages: [0, 1].map((partition) => ({ partition, value })) });

  /** What a reader of committed messages finds, by partition: both have the same, where nothing is torn. */
  async function committed(kafka: Kafka): Promise<string[][]> {
    const values: string[][] = [[], []];
    for await (const { partition, value } of reading(kafka)) values[partition]?.push(String(value));
    return values;
  }

  /** What a reader of committed messages gets, up to plain messages behind all that is there. */
  async function* reading(kafka: Kafka): AsyncGenerator<{ partition: number; value: Buffer | null }> {
    const producer = kafka.producer();
    await producer.send(both("the end"));
    const consumer = kafka.consumer({ groupId: "readers", topics: ["orders"], startFrom: "earliest" });
    let ends = 0;
    for await (const message of consumer) {
      if (String(message.value) !== "the end") yield message;
      else if (++ends === 2) break;
    }
    await consumer.close();
  }

  it("what is committed is there in all partitions, what is aborted in none", async () => {
    const { kafka } = await start();
    const producer = newProducer(kafka);
    await producer.transaction((tx) => tx.send(both("a")));
    const abort = producer.transaction(async (tx) => {
      await tx.send(both("b"));
      throw new Error("not this one");
    });
    await expect(abort).rejects.toThrow("not this one");
    await producer.transaction((tx) => tx.send(both("c")));
    expect(await committed(kafka)).toEqual([
      ["a", "c"],
      ["a", "c"],
    ]);
  });

  it.each(apisAt[level])("an answer to %s that is lost changes nothing", async (api) => {
    const { broker, kafka } = await start();
    const producer = newProducer(kafka);
    let count = 0;
    broker.intercept({ api }, async (request) => {
      if (++count % 2 === 0) return;
      await request.apply();
      request.drop();
    });
    const values = Array.from({ length: 6 }, (_, index) => `${index}`);
    for (const value of values) {
      await producer.transaction(async (tx) => {
        await tx.send(both(value));
        await tx.sendOffsets({
          group: { groupId: "g" },
          offsets: [{ topic: "orders", partition: 0, offset: BigInt(value) }],
        });
      });
    }
    broker.clearIntercepts();
    expect(await committed(kafka)).toEqual([values, values]);
    expect(count).toBeGreaterThan(0);
  });

  it("two producers with one transactional id: one is fenced for good, and nothing of the other is lost", async () => {
    const { broker, kafka } = await start();
    const [zombie, heir] = [newProducer(kafka), newProducer(newKafka(broker))];
    const open = await zombie.beginTransaction();
    await open.send(both("of the zombie"));
    await heir.transaction((tx) => tx.send(both("a")));
    const first: unknown = await open.commit().catch((error: unknown) => error);
    expect(first).toMatchObject({ code: "PRODUCER_FENCED" });
    await heir.transaction(async (tx) => {
      await tx.send(both("b"));
      for (let attempt = 0; attempt < 3; attempt++)
        expect(await zombie.transaction((mine) => mine.send(both("again"))).catch((error: unknown) => error)).toBe(
          first,
        );
    });
    expect(await committed(kafka)).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  it("a producer that is fenced between its transactions hears that, whatever a broker calls it, and nothing else from then on", async () => {
    const { broker, kafka } = await start();
    const [zombie, heir] = [newProducer(kafka), newProducer(newKafka(broker))];
    await zombie.transaction((tx) => tx.send(both("a")));
    await heir.transaction((tx) => tx.send(both("b")));
    const again = (): Promise<unknown> =>
      zombie.transaction((tx) => tx.send(both("c"))).catch((error: unknown) => error);
    const first = await again();
    expect(first).toMatchObject({
      name: "KafkaError",
      code: "PRODUCER_FENCED",
      transactionalId: "billing-1",
      message: expect.stringContaining('Another producer has taken over the transactional id "billing-1"'),
    });
    expect(await again()).toBe(first);
    expect(await zombie.fence().catch((error: unknown) => error)).toBe(first);
  });

  it("a transaction that is open for too long is aborted, and the producer goes on", async () => {
    const { kafka } = await start();
    const producer = newProducer(kafka, { transactionTimeoutMs: 300 });
    const late = await producer.beginTransaction();
    await late.send(both("late"));
    await pause(1500);
    await expect(late.commit()).rejects.toMatchObject({ code: "CLIENT_TRANSACTION_EXPIRED", outcome: "aborted" });
    await producer.transaction((tx) => tx.send(both("in time")));
    expect(await committed(kafka)).toEqual([["in time"], ["in time"]]);
  });

  it("a commit that nobody answers for has an unknown outcome, and nothing of the next transaction comes into it", async () => {
    const { broker, kafka } = await start();
    const producer = newProducer(kafka, { maxBlockMs: 400 });
    const fault = broker.intercept({ api: "EndTxn" }, (request) => request.drop());
    const unknown = producer.transaction((tx) => tx.send(both("unknown")));
    await expect(unknown).rejects.toMatchObject({ outcome: "unknown" });
    fault.remove();
    await producer.transaction((tx) => tx.send(both("b")));
    expect(await committed(kafka)).toEqual([["b"], ["b"]]);
  });

  it("coordinators and leaders that move meanwhile tear nothing, and nothing is there twice", async () => {
    const { broker, kafka } = await start(3);
    const producer = newProducer(kafka);
    await producer.fence();
    const values = Array.from({ length: 24 }, (_, index) => `${index}`);
    let moves = 0;
    for (const value of values) {
      await producer.transaction(async (tx) => {
        await tx.send({ topic: "orders", messages: [{ partition: 0, value }] });
        const to = 1 + (++moves % 3);
        await broker.moveLeader("__transaction_state", 0, to);
        if (moves % 2 === 0) await broker.moveLeader("orders", moves % 4 === 0 ? 0 : 1, to);
        await tx.send({ topic: "orders", messages: [{ partition: 1, value }] });
      });
    }
    expect(await committed(kafka)).toEqual([values, values]);
  });

  it("a producer that was aborted by its coordinator in the middle says why at the next send", async () => {
    const { kafka } = await start();
    const producer = newProducer(kafka, { transactionTimeoutMs: 200 });
    const late = await producer.beginTransaction();
    await late.send({ topic: "orders", messages: [{ partition: 0, value: "late" }] });
    await pause(800);
    await late.send({ topic: "orders", messages: [{ partition: 1, value: "later" }] }).catch(() => undefined);
    await expect(late.commit()).rejects.toMatchObject({ outcome: "aborted" });
    await producer.transaction((tx) => tx.send(both("in time")));
    expect(await committed(kafka)).toEqual([["in time"], ["in time"]]);
  });
});

it("a batch that arrives after its transaction was aborted opens nothing, even at a broker that asks nobody about it", async () => {
  const broker = await startBroker({
    topics: ["orders"],
    features: { "transaction.version": 0 },
    configs: { "transaction.partition.verification.enable": false },
  });
  closing.push(() => broker.close());
  const kafka = new Kafka({ brokers: broker.bootstrapServers, requestTimeoutMs: 300 });
  closing.push(() => kafka.close());
  const producer = kafka.producer({ transactionalId: "billing-1", deliveryTimeoutMs: 300 });
  const arrival = new EventEmitter();
  const arrived = once(arrival, "arrived");
  broker.intercept({ api: Produce, nth: 1 }, async (request) => {
    await once(arrival, "now");
    arrival.emit("arrived", (await request.apply())?.responses?.[0]?.partitionResponses?.[0]?.errorCode);
    request.drop();
  });
  const late = producer.transaction((tx) => void tx.send({ topic: "orders", messages: [{ value: "late" }] }));
  await expect(late).rejects.toMatchObject({ code: "CLIENT_DELIVERY_TIMEOUT", outcome: "aborted" });
  arrival.emit("now");
  expect(await arrived).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH]);
  await producer.transaction((tx) => tx.send({ topic: "orders", messages: [{ value: "in time" }] }));
  const consumer = kafka.consumer({ groupId: "readers", topics: ["orders"], startFrom: "earliest" });
  for await (const { value } of consumer) {
    expect(String(value)).toBe("in time");
    break;
  }
  await consumer.close();
});
