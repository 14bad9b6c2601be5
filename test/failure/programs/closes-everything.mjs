// Uses all there is, closes it, and prints as JSON what still keeps the process alive: { "Timeout": 1, … }.
import { setImmediate, setTimeout } from "node:timers/promises";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";

// Node opens the standard streams when they are first asked for.
void [process.stdin, process.stdout, process.stderr];
const before = countOf(process.getActiveResourcesInfo());

const broker = await startBroker({ topics: [{ topic: "orders", partitions: 3 }] });
const kafka = new Kafka({ brokers: broker.bootstrapServers });
const producer = kafka.producer({ lingerMs: 5 });
await producer.send({ topic: "orders", messages: Array.from({ length: 10 }, (_, index) => ({ value: `${index}` })) });
await kafka.admin().listTopics();

const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
let read = 0;
for await (const message of consumer) {
  if (message.value !== null) read += 1;
  if (read === 10) break;
}

// A second of each is closed in the middle of its work: a batch that lingers, a fetch that waits.
const interrupted = kafka.producer({ lingerMs: 60_000 }).send({ topic: "orders", messages: [{ value: "last" }] });
const waiting = kafka.consumer({ groupId: "audit", topics: ["orders"], fetchMaxWaitMs: 30_000 });
const loop = (async () => {
  for await (const message of waiting) void message;
})();
await setTimeout(300); // By now it has asked, and has no answer.

await kafka.close();
await Promise.all([interrupted, loop]);
await broker.close();
// A socket or server that was closed is gone when the loop has turned.
await setImmediate();
await setImmediate();

const left = {};
for (const [kind, count] of Object.entries(countOf(process.getActiveResourcesInfo()))) {
  const more = count - (before[kind] ?? 0);
  if (more > 0) left[kind] = more;
}
process.stdout.write(`${JSON.stringify(left)}\n`);

function countOf(kinds) {
  const counts = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
