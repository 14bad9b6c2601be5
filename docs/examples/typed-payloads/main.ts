// Sends two orders and what is none, reads them with their type, and puts the bad one aside.
//
//   npm start                                with a broker of its own, in memory
//   KAFKA_BROKERS=localhost:9092 npm start   with yours; the topics are "orders" and "orders.bad"

import { Kafka, KafkaError } from "moldau";
import { Order } from "./order.js";
import { typedMessages, typedProducer } from "./typed.js";

const { KAFKA_BROKERS } = process.env;
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({ clientId: "orders", brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [] });

try {
  await send();
  await receive();
} finally {
  await kafka.close();
  await broker?.close();
}

async function send(): Promise<void> {
  const orders = typedProducer(kafka, Order);
  const placedAt = new Date().toISOString();
  const order = { id: "o-1", customer: "Ada", amount: 12.5, placedAt };
  await orders.send({ topic: "orders", messages: [{ key: order.id, value: order }] });

  // The compiler refuses `amount: "12"`; what it cannot see is refused before it is sent.
  try {
    await orders.send({ topic: "orders", messages: [{ key: "o-2", value: { ...order, id: "o-2", amount: -1 } }] });
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    console.log(`refused: ${error.code} for message ${error.index}`);
  }

  // Others write to the topic as well, and not always what was agreed.
  const others = kafka.producer();
  await others.send({ topic: "orders", messages: [{ key: "o-3", value: '{"id":"o-3","amount":"12"}' }] });
  await orders.send({ topic: "orders", messages: [{ key: "o-4", value: { ...order, id: "o-4" } }] });
}

async function receive(): Promise<void> {
  const consumer = kafka.consumer({ groupId: "typed", topics: ["orders"], startFrom: "earliest" });
  const aside = kafka.producer();
  const orders = typedMessages(consumer, Order, async ({ key, value, headers }, reason) => {
    await aside.send({ topic: "orders.bad", messages: [{ key, value, headers: [...headers, ["reason", reason]] }] });
    console.log(`put aside: ${key?.toString()}\n${reason}`);
  });
  for await (const { value: order } of orders) {
    console.log(`${order.customer} pays ${order.amount.toFixed(2)} for ${order.id}`);
    if (order.id === "o-4") break;
  }
}

async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  return startBroker({ topics: ["orders", "orders.bad"] });
}
