// 20,000 US flights through Kafka: sent in batches, read by a group of two, counted by airport of origin.
//
//   node flights.js                           with a broker of its own, in memory
//   node flights.js --brokers localhost:9092  with any Kafka; topic and group are new and removed at the end

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { addFlight, busiest, countFlights, printTable, sameFigures } from "./airports.js";
import { progress } from "./progress.js";

const partitions = 6;
/** The first member reads so many flights alone, then waits until the second has partitions too. */
const readAlone = 2_000;

const { values: options } = parseArgs({ options: { brokers: { type: "string" } } });
const flights = JSON.parse(
  await readFile(new URL("../data/flights-20k.json", import.meta.resolve("vega-datasets")), "utf8"),
);

const broker = options.brokers === undefined ? await startBroker() : undefined;
const brokers = broker?.bootstrapServers ?? options.brokers?.split(",") ?? [];
console.log(`${broker === undefined ? "Kafka" : "reference broker, in memory,"} at ${brokers.join(", ")}`);

const run = randomUUID().slice(0, 8);
const topic = `flights-${run}`;
const groupId = `airports-${run}`;
const kafka = new Kafka({ clientId: "flights", brokers });
const admin = kafka.admin();

try {
  const [created] = await admin.createTopics({ topics: [{ topic, partitions }] });
  if (created?.error !== undefined) throw created.error;
  console.log(`topic ${topic} with ${partitions} partitions, group ${groupId}\n`);

  await send();
  const airports = await receive();

  printTable(busiest(airports, 10));
  if (!sameFigures(airports, countFlights(flights)))
    throw new Error("the figures differ from those computed straight from the file");
  console.log("\nThe same figures as computed straight from the file: every flight arrived exactly once.");
} finally {
  await admin.deleteTopics({ topics: [topic] });
  await admin.deleteGroups({ groups: [groupId] });
  await kafka.close();
  await broker?.close();
}

/** Sends every flight, keyed by its airport of origin: flights of one airport stay in order, in one partition. */
async function send() {
  const started = performance.now();
  const producer = kafka.producer({ lingerMs: 5, compression: "lz4" });
  const shown = progress("sent", flights.length);
  const chunk = 1_000;
  const sends = [];
  for (let first = 0; first < flights.length; first += chunk) {
    const messages = flights
      .slice(first, first + chunk)
      .map((flight) => ({ key: flight.origin, value: JSON.stringify(flight) }));
    sends.push(producer.send({ topic, messages }).then(() => shown.add(messages.length)));
  }
  await Promise.all(sends);
  await producer.close();
  shown.end(performance.now() - started);
}

/** Reads every flight in a group of two and adds up count and delay by airport. */
async function receive() {
  const started = performance.now();
  const shown = progress("received", flights.length);
  const airports = new Map();
  const [first, second] = ["first", "second"].map((name) => ({
    name,
    received: 0,
    assignments: 0,
    consumer: newConsumer(),
  }));
  const members = [first, second];
  for (const member of members) member.consumer.on("assigned", () => member.assignments++);

  // The first member begins alone. After its share it is paused, until the group has given partitions to the second too.
  const firstHasItsShare = event();
  const secondOwnsPartitions = event();
  second.consumer.on("assigned", ({ partitions: owned }) => owned.length > 0 && secondOwnsPartitions.happened());

  async function read(member) {
    for await (const message of member.consumer) {
      addFlight(airports, JSON.parse(message.value.toString()));
      member.received++;
      shown.add(1);
      if (first.received + second.received === flights.length) {
        // Not awaited: closing waits for this very message to be done. kafka.close() at the end waits for it.
        for (const { consumer } of members) void consumer.close();
      } else if (member === first && first.received === readAlone) {
        first.consumer.pause(first.consumer.assignment());
        firstHasItsShare.happened();
      }
    }
  }

  await Promise.all([
    read(first),
    firstHasItsShare.then(() => read(second)),
    secondOwnsPartitions.then(() => first.consumer.resume(first.consumer.assignment())),
  ]);

  shown.end(performance.now() - started);
  for (const { name, received, assignments } of members) {
    console.log(
      `  the ${name} member received ${received.toLocaleString("en")} flights and was given partitions ${assignments} times`,
    );
  }
  console.log();
  return airports;
}

/** A promise, and what fulfils it. */
function event() {
  let happened;
  const promise = new Promise((resolve) => (happened = resolve));
  return Object.assign(promise, { happened });
}

function newConsumer() {
  return kafka.consumer({ groupId, topics: [topic], startFrom: "earliest" });
}
