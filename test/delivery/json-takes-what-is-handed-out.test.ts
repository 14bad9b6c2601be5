import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, SendError, type SendErrorJson, type SentBatchJson } from "moldau";
import { afterEach, beforeEach, expect, test } from "vitest";

let broker: ReferenceBroker;
let kafka: Kafka;

beforeEach(async () => {
  broker = await startBroker({ topics: [{ topic: "orders", partitions: 2 }] });
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

afterEach(async () => {
  await kafka.close();
  await broker.close();
});

/** What the other end of a connection gets. */
function told<Json>(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

test("a result of send, whole or piece by piece, and it equals the plain object that it looks like", async () => {
  const sent = await kafka.producer().send({ topic: "orders", messages: [{ value: "apples", partition: 1 }] });
  const { logStartOffset = 0n } = sent[0] ?? {};
  expect(sent).toStrictEqual([
    { topic: "orders", partition: 1, baseOffset: 0n, count: 1, indexes: [0], logStartOffset },
  ]);
  const json = told<SentBatchJson[]>(sent);
  expect(json).toEqual([
    { topic: "orders", partition: 1, baseOffset: "0", count: 1, indexes: [0], logStartOffset: "0" },
  ]);
  expect(told(sent[0])).toEqual(json[0]);
  expect(structuredClone(sent)).toEqual(sent);
});

test("a SendError, with what was delivered and what failed", async () => {
  broker.intercept({ api: "Produce", nth: 2 }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
  const producer = kafka.producer({ acks: "all" });
  await producer.send({ topic: "orders", messages: [{ value: "first", partition: 0 }] });
  const error: unknown = await producer
    .send({ topic: "orders", messages: [{ value: "second", partition: 0 }] })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SendError);
  const json = told<{ error: SendErrorJson }>({ error }).error;
  expect(json).toMatchObject({
    ...{ name: "SendError", code: "TOPIC_AUTHORIZATION_FAILED", retriable: false, topic: "orders", partition: 0 },
    delivered: [],
    failed: [{ topic: "orders", partition: 0, indexes: [0], written: "no", error: { name: "KafkaError" } }],
  });
  expect(json.message).toContain('not delivered to topic "orders"');
});

test("what a producer and a consumer tell, batches, lag, listed offsets and a broker's records", async () => {
  const producer = kafka.producer();
  const events: Record<string, unknown> = {};
  producer.on("acknowledged", (event) => (events["acknowledged"] = event));
  await producer.send({ topic: "orders", messages: [{ value: "apples", partition: 0 }] });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
  consumer.on("committed", ({ offsets }) => (events["committed"] = offsets));
  for await (const batch of consumer.batches()) {
    events["batch"] = batch;
    events["lag"] = consumer.lag().filter(({ partition }) => partition === 0);
    await consumer.commit(batch);
    break;
  }
  events["listed"] = await kafka.admin().listOffsets({ partitions: [{ topic: "orders", partition: 0, at: "latest" }] });
  events["records"] = await broker.log("orders", 0).records();

  const of = { topic: "orders", partition: 0 };
  expect(told(events)).toMatchObject({
    acknowledged: { ...of, baseOffset: "0", count: 1 },
    committed: [{ ...of, offset: "1" }],
    batch: { ...of, firstOffset: "0", nextOffset: "1", highWatermark: "1", messages: [{ ...of, value: "apples" }] },
    lag: [{ ...of, position: "1", highWatermark: "1", lag: "0" }],
    listed: [{ ...of, offset: "1" }],
    records: [{ offset: "0" }],
  });
});
