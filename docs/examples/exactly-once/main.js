// Books two hundred transfers between ten accounts, with two bookkeepers, one of which goes home early.
//
//   npm start                                           with a broker of its own, in memory: ends when all is booked
//   KAFKA_BROKERS=localhost:9092 NAME=books-1 npm start   works on your topic "transfers" until it is stopped

import { Kafka } from "moldau";
import { Bookkeeper } from "./bookkeeper.js";
import { readBookings } from "./read-bookings.js";

const { KAFKA_BROKERS, NAME = "books-1" } = process.env;
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({ clientId: NAME, brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [] });

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());
const bookkeeper = new Bookkeeper(kafka, { name: NAME });
await Promise.all([bookkeeper.run(), broker && demonstrate()]);

/** The transaction in hand comes to its end. */
async function stop() {
  await bookkeeper.stop();
  await kafka.close();
  await broker?.close();
}

async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  const topics = ["transfers", "bookings", "transfers.refused"].map((topic) => ({ topic, partitions: 4 }));
  return startBroker({ topics });
}

/** Sends transfers, lets a second bookkeeper come and go, and adds up what the bookings come to. */
async function demonstrate() {
  const count = 200;
  const accounts = Array.from({ length: 10 }, (_, index) => `account-${index}`);
  const transfers = Array.from({ length: count }, (_, index) => ({
    key: `t-${index}`,
    value: JSON.stringify({ from: accounts[index % 10], to: accounts[(index * 7 + 1) % 10], amount: 100 + index }),
  }));
  const colleague = new Bookkeeper(kafka, { name: "books-2" });
  const working = colleague.run();
  await kafka
    .producer()
    .send({ topic: "transfers", messages: [...transfers, { key: "t-?", value: "a handful of cents" }] });

  let booked = 0;
  let sum = 0;
  for await (const { amount } of readBookings(kafka)) {
    sum += amount;
    if (++booked === count) void colleague.stop(); // in the middle of it
    if (booked === 2 * count) break;
  }
  await working;
  console.log(`${count} transfers, ${booked} bookings, which add up to ${sum}`);
  await stop();
}
