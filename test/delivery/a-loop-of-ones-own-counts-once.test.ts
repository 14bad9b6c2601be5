import { type ReferenceBroker, startBroker } from "@moldau/reference-broker";
import { type Consumer, Kafka, type Message, type MessageBatch, type Producer } from "moldau";
import { expect, it } from "vitest";

/** Where orders are made invoices of, in transactions. */
interface Shop {
  readonly broker: ReferenceBroker;
  readonly kafka: Kafka;
  readonly consumer: Consumer;
  readonly producer: Producer;
  /** The values of the invoices that count. */
  readonly invoices: () => Promise<string[]>;
}

const values = ["a", "b", "c", "d"];

async function shop(): Promise<Shop & AsyncDisposable> {
  const broker = await startBroker({ topics: ["orders", "invoices"] });
  const kafka = new Kafka({ brokers: broker.bootstrapServers, retry: { initialDelayMs: 5, maxDelayMs: 20 } });
  await kafka.producer().send({ topic: "orders", messages: values.map((value) => ({ value })) });
  const options = { topics: ["orders"], startFrom: "earliest", autoCommit: false } as const;
  return {
    broker,
    kafka,
    consumer: kafka.consumer({ ...options, groupId: "billing" }),
    producer: kafka.producer({ transactionalId: "billing-1" }),
    invoices: async () => {
      const end = { topic: "invoices", messages: [{ value: "end" }] };
      await kafka.producer().send(end);
      const found: string[] = [];
      for await (const { value } of kafka.consumer({ ...options, groupId: "audit", topics: ["invoices"] })) {
        if (String(value) === "end") break;
        found.push(String(value));
      }
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      await kafka.close();
      await broker.close();
    },
  };
}

/** Makes an invoice of one, and lets its offset go along. */
async function bill({ consumer, producer }: Shop, done: Message | MessageBatch): Promise<void> {
  await producer.transaction(async (tx) => {
    const messages = Array.from("toArray" in done ? done : [done], ({ value }) => ({ value }));
    await tx.send({ topic: "invoices", messages });
    await tx.sendOffsets({ consumer, offsets: done });
  });
}

it.each(["EndTxn", "TxnOffsetCommit"] as const)(
  "a message whose transaction failed with %s is not committed by a second attempt in the same body: it comes again, and counts once",
  async (api) => {
    await using place = await shop();
    place.broker.intercept({ api, nth: 1 }, (request) => request.fail("TRANSACTION_ABORTABLE"));
    const codes: unknown[] = [];
    const seen: string[] = [];
    for await (const message of place.consumer) {
      seen.push(String(message.value));
      try {
        await bill(place, message).catch(() => bill(place, message));
      } catch (error) {
        codes.push(error instanceof Error && Reflect.get(error, "code"));
        continue;
      }
      if (message.offset === 3n) break;
    }
    expect([codes, seen]).toEqual([["CLIENT_TAKEN_BACK"], ["a", "a", "b", "c", "d"]]);
    expect(await place.invoices()).toEqual(values);
  },
);

it("a batch, and what was collected by hand, is refused likewise, by a commit without a transaction too", async () => {
  await using place = await shop();
  const { broker, consumer } = place;
  broker.intercept({ api: "EndTxn", nth: 1 }, (request) => request.fail("TRANSACTION_ABORTABLE"));
  const refused: unknown[] = [];
  const note = (error: unknown): void => void refused.push(error);
  for await (const batch of consumer.batches({ maxMessages: 2 })) {
    try {
      await bill(place, batch);
    } catch {
      await bill(place, batch).catch(note);
      await consumer.commit(batch).catch(note);
      await consumer.commit(batch.toArray()).catch(note);
      continue;
    }
    if (batch.nextOffset === 4n) break;
  }
  expect(refused).toEqual(
    [1, 2, 3].map(() =>
      expect.objectContaining({
        code: "CLIENT_TAKEN_BACK",
        retriable: false,
        message: expect.stringContaining("`continue`"),
      }),
    ),
  );
  expect(await place.invoices()).toEqual(values);
});

it("takeBack() lets a loop read again what a transaction had read that failed before its offsets were sent", async () => {
  await using place = await shop();
  const { broker, consumer } = place;
  broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("TRANSACTION_ABORTABLE"));
  const seen: string[] = [];
  for await (const message of consumer) {
    seen.push(String(message.value));
    try {
      await bill(place, message);
    } catch {
      await consumer.takeBack();
      continue;
    }
    if (message.offset === 3n) break;
  }
  expect(seen).toEqual(["a", "a", "b", "c", "d"]);
  expect(await place.invoices()).toEqual(values);
  await consumer.close();
  await consumer.takeBack();
});

it("a commit of an offset in what was taken back steps over what lies before it", async () => {
  await using place = await shop();
  const { consumer } = place;
  const loop = consumer.messages();
  await loop.next();
  await loop.next();
  await loop.next();
  await consumer.takeBack();
  expect(consumer.position({ topic: "orders", partition: 0 })).toBe(0n);
  await consumer.commit([{ topic: "orders", partition: 0, offset: 2n }]);
  const { value } = await loop.next();
  expect([value?.offset, consumer.position({ topic: "orders", partition: 0 })]).toEqual([2n, 3n]);
  await loop.return?.();
});
