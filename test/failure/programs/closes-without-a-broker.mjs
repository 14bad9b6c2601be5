// Sends to an address where nobody listens, closes within a second, and prints what became of it and how long that took.
import { performance } from "node:perf_hooks";
import { Kafka, KafkaError } from "moldau";

const [address] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [address] });
const sending = kafka.producer().send({ topic: "orders", messages: [{ value: "1" }] });
const outcome = sending.then(
  () => "sent",
  (/** @type {unknown} */ error) => String(error instanceof KafkaError ? `${error.code}: ${error.message}` : error),
);
const before = performance.now();
await kafka.close({ timeoutMs: 1000 });
const closedAfterMs = performance.now() - before;
process.stdout.write(JSON.stringify({ closedAfterMs, outcome: await outcome }));
