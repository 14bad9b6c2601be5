import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, KafkaError, type Consumer } from "moldau";
import { Order } from "./order.js";
import { typedMessages, typedProducer } from "./typed.js";

let broker: ReferenceBroker;
let kafka: Kafka;
let topic = "";
let topics = 0;

const order: Order = { id: "o-1", customer: "Ada", amount: 12.5, placedAt: "2026-11-30T10:00:00Z" };

before(async () => {
  broker = await startBroker();
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

after(async () => {
  await kafka.close();
  await broker.close();
});

beforeEach(async () => {
  topic = `orders-${++topics}`;
  await broker.createTopic(topic);
});

function newConsumer(): Consumer {
  return kafka.consumer({ groupId: topic, topics: [topic], startFrom: "earliest" });
}

test("what is sent arrives with its type", async () => {
  await typedProducer(kafka, Order).send({ topic, messages: [{ key: "o-1", value: order }] });
  for await (const { value } of typedMessages(newConsumer(), Order, async () => assert.fail("nothing is bad"))) {
    const amount: number = value.amount;
    assert.equal(amount, 12.5);
    assert.deepEqual(value, order);
    break;
  }
});

test("what does not fit the schema is not sent, nor is anything else of its call", async () => {
  const bad = { ...order, amount: Number.NaN };
  const messages = [{ value: order }, { value: bad }];
  await assert.rejects(typedProducer(kafka, Order).send({ topic, messages }), (error) => {
    assert.ok(error instanceof KafkaError);
    assert.equal(error.code, "CLIENT_SERIALIZATION_FAILED");
    assert.equal(error.index, 1);
    return true;
  });
  assert.equal(broker.log(topic, 0).logEndOffset, 0n);
});

test("bad messages go aside, each once, and hold nothing up", async () => {
  const others = kafka.producer();
  await others.send({ topic, messages: [{ value: "no JSON" }, { value: null }, { value: '{"id":"o-9"}' }] });
  await typedProducer(kafka, Order).send({ topic, messages: [{ value: order }] });
  const reasons: string[] = [];
  const aside = async (_message: unknown, reason: string) => void reasons.push(reason);
  const consumer = newConsumer();
  for await (const { message } of typedMessages(consumer, Order, aside)) {
    assert.equal(message.offset, 3n);
    await consumer.commit(message);
    break;
  }
  assert.deepEqual(reasons.slice(0, 2), ["no JSON", "a tombstone"]);
  assert.match(reasons[2] ?? "", /expected string, received undefined/);
  await consumer.close();

  await typedProducer(kafka, Order).send({ topic, messages: [{ value: { ...order, id: "o-2" } }] });
  for await (const { value } of typedMessages(newConsumer(), Order, aside)) {
    assert.equal(value.id, "o-2");
    break;
  }
  assert.equal(reasons.length, 3);
});

test("when putting aside fails, the loop ends, and the message comes again", async () => {
  await kafka.producer().send({ topic, messages: [{ value: "no JSON" }] });
  const consumer = newConsumer();
  const failing = typedMessages(consumer, Order, async () => {
    throw new Error("no place");
  });
  await assert.rejects(failing.next(), /no place/);
  await consumer.close();
  let again = 0;
  const messages = typedMessages(newConsumer(), Order, async () => void again++);
  await typedProducer(kafka, Order).send({ topic, messages: [{ value: order }] });
  await messages.next();
  await messages.return(undefined);
  assert.equal(again, 1);
});
