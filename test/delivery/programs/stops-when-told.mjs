// Works on the topic "orders" until it gets a SIGTERM, and ends as the guide on stopping says.
//
//   node stops-when-told.mjs ADDRESS JOURNAL messages|batches [members]
//
// At the end of the work on a message its value goes into the file JOURNAL as a line, and is there when the call returns: so the file says
// what was done by whom, whatever becomes of the process. Prints "reading" with the first message.
import { openSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Kafka } from "moldau";

const [address, journal, kind, members = "1"] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [address] });
process.once("SIGTERM", () => void kafka.close());

// Whoever waits for this process holds the other end: without anybody it has no use.
process.stdin.on("close", () => process.exit(1)).resume();
process.stdin.unref();

const file = openSync(journal, "a");
const producer = kafka.producer();
let isReading = false;

await Promise.all(Array.from({ length: Number(members) }, () => (kind === "batches" ? readBatches() : readMessages())));

async function readMessages() {
  for await (const message of makeConsumer()) await work(message);
}

async function readBatches() {
  for await (const batch of makeConsumer().batches({ maxMessages: 10 })) {
    for (const message of batch) await work(message);
  }
}

function makeConsumer() {
  return kafka.consumer({ groupId: "workers", topics: ["orders"], startFrom: "earliest", heartbeatIntervalMs: 100 });
}

/** Does one of the three things that bodies do, and writes down that it is done. */
async function work({ value, offset }) {
  if (!isReading) process.stdout.write("reading\n");
  isReading = true;
  if (offset % 3n === 0n) await setTimeout(1);
  else if (offset % 3n === 1n) compute(0.5);
  else await producer.send({ topic: "bills", messages: [{ value }] });
  writeSync(file, `${String(value)}\n`);
}

function compute(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
