// Prices in a compacted topic, as a Map that follows it.
//
//   npm start                                with a broker of its own, in memory
//   KAFKA_BROKERS=localhost:9092 npm start   with yours; the topic is "prices"

import { once } from "node:events";
import { Kafka } from "moldau";
import { TopicMap } from "./topic-map.js";

const { KAFKA_BROKERS } = process.env;
const topics = [{ topic: "prices", partitions: 3, configs: { "cleanup.policy": "compact" } }];
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({ clientId: "prices", brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [] });
const producer = kafka.producer();

try {
  await set(["apples", 3], ["pears", 4], ["apples", 5], ["plums", 2]);
  const prices = await TopicMap.open(kafka, { topic: "prices" });
  show(prices);

  await set(["plums", null], ["apples", 6]);
  while (prices.get("apples") !== 6 || prices.has("plums")) await once(prices, "change");
  show(prices);
} finally {
  await kafka.close();
  await broker?.close();
}

/** Sends prices; null takes a fruit out of the list. */
async function set(...prices) {
  const messages = prices.map(([key, value]) => ({ key, value: value === null ? null : JSON.stringify(value) }));
  await producer.send({ topic: "prices", messages });
}

function show(prices) {
  const fruits = [...prices].sort(([a], [b]) => a.localeCompare(b));
  console.log(fruits.map(([fruit, price]) => `${fruit} ${price}`).join(", "));
}

async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  return startBroker({ topics });
}
