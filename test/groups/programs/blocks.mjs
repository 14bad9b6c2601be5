// A consumer whose body blocks the event loop at the first message, and goes on reading: what becomes of its partitions is told line by line.
// Its one argument is { brokers, client, options, blockMs } as JSON; a SIGTERM closes it.

import { Kafka, KafkaError } from "moldau";

const say = (...words) => process.stdout.write(`${words.join(" ")}\n`);
const { brokers, client, options, blockMs } = JSON.parse(process.argv[2] ?? "");
const kafka = new Kafka({ brokers, ...client });
const consumer = kafka.consumer(options);
for (const what of ["assigned", "revoked", "lost"]) consumer.on(what, ({ partitions }) => say(what, partitions.length));
consumer.on("retrying", ({ operation, error }) => process.stderr.write(`${operation}: ${error.message}\n`));
process.once("SIGTERM", () => void consumer.close());

try {
  for await (const message of consumer) {
    say("read", String(message.value));
    if (String(message.value) === "end") continue;
    const until = performance.now() + blockMs;
    while (performance.now() < until);
    say("breathes");
  }
} catch (error) {
  say("ended", error instanceof KafkaError ? error.code : error);
}
await kafka.close();
