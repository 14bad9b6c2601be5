// Bills six orders: one at the second attempt, one never, and one that is no order at all.
//
//   npm start                                with a broker of its own, in memory: ends when all are billed or put aside
//   KAFKA_BROKERS=localhost:9092 npm start   works on your topic "orders" until it is stopped

import { Kafka } from "moldau";
import { Bills } from "./billing.js";
import { Worker } from "./worker.js";

const { KAFKA_BROKERS, RETRY_AFTER_MS = "200" } = process.env;
const topics = ["orders", "orders.retry", "orders.dead"];
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({ clientId: "billing", brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [] });

// How often the bank refuses whom.
const refusals = new Map([
  ["o-2", 1],
  ["o-4", Infinity],
]);
const bills = new Bills(async ({ id }) => {
  const left = refusals.get(id) ?? 0;
  refusals.set(id, left - 1);
  if (left > 0) throw new Error("the bank is away");
});
const retryAfterMs = Number(RETRY_AFTER_MS);
const worker = new Worker(kafka, { topic: "orders", groupId: "billing", handle: bills.handle, retryAfterMs });

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());
await Promise.all([worker.run(), broker && demonstrate()]);

/** The message in hand comes to its end; what is done is committed. */
async function stop() {
  await worker.stop();
  await kafka.close();
  await broker?.close();
}

async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  return startBroker({ topics });
}

/** Sends six orders, waits until each is billed or put aside, and says which is what. */
async function demonstrate() {
  const ids = ["o-1", "o-2", "o-3", "o-4", "o-5"];
  const orders = ids.map((id) => ({
    key: id,
    value: JSON.stringify({ id, amount: 10 }),
  }));
  await kafka.producer().send({ topic: "orders", messages: [...orders, { key: "o-6", value: "ten apples" }] });

  const dead = kafka.consumer({ groupId: "undertaker", topics: ["orders.dead"], startFrom: "earliest" });
  const reasons = new Map();
  for await (const { key, headers } of dead) {
    reasons.set(
      `${key}`,
      `attempts: ${headers.get("attempts")}, from ${headers.get("origin")}: ${headers.get("error")}`,
    );
    if (reasons.size === 2) break;
  }
  console.log(`billed: ${ids.filter((id) => bills.orders.has(id)).join(", ")}`);
  for (const id of ["o-4", "o-6"]) console.log(`put aside: ${id}, ${reasons.get(id)}`);
  await stop();
}
