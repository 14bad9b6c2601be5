import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { Bookkeeper } from "./bookkeeper.js";
import { bookingsOf } from "./bookings.js";
import { readBookings } from "./read-bookings.js";

let broker, kafka;

beforeEach(async () => {
  const topics = ["transfers", "bookings", "transfers.refused"].map((topic) => ({ topic, partitions: 3 }));
  broker = await startBroker({ topics });
  kafka = new Kafka({ brokers: broker.bootstrapServers, retry: { initialDelayMs: 10, maxDelayMs: 50 } });
});

afterEach(async () => {
  await kafka.close();
  await broker.close();
});

/** Sends transfers of one cent each, numbered from `first` on. */
async function send(first, count) {
  const messages = Array.from({ length: count }, (_, index) => ({
    key: `t-${first + index}`,
    value: JSON.stringify({ from: "a", to: "b", amount: 1 }),
  }));
  await kafka.producer().send({ topic: "transfers", messages });
}

/** Waits until so many transfers are read and done with, then reads every booking that counts: how often each transfer was booked. */
async function timesBooked(count) {
  const admin = kafka.admin();
  const readSoFar = async () => {
    const [{ partitions }] = await admin.describeGroupLag({ groups: ["bookkeeping"] });
    return partitions.reduce((sum, { offset = 0n }) => sum + offset, 0n);
  };
  while ((await readSoFar()) < BigInt(count)) await new Promise((resolve) => setTimeout(resolve, 20));

  const ends = [0, 1, 2].map((partition) => ({ partition, key: "end", value: "{}" }));
  await kafka.producer().send({ topic: "bookings", messages: ends });
  const times = new Map();
  let open = ends.length;
  for await (const { account, transfer } of readBookings(kafka)) {
    if (account !== "end") times.set(transfer, (times.get(transfer) ?? 0) + 1);
    else if (--open === 0) break;
  }
  return times;
}

function assertOnce(times, count) {
  assert.equal(times.size, count);
  assert.deepEqual([...new Set(times.values())], [2]);
}

test("a transfer becomes a booking for each account, and one that makes no sense is put aside with the reason", () => {
  const of = (value) => bookingsOf({ key: Buffer.from("t-1"), value: Buffer.from(value) });
  assert.deepEqual(
    of('{"from":"a","to":"b","amount":5}').map(({ key, value }) => [key, JSON.parse(value).amount]),
    [
      ["a", -5],
      ["b", 5],
    ],
  );
  const reasons = {
    "5 cents": /JSON/,
    '{"from":"a","amount":5}': /account/,
    '{"from":"a","to":"b","amount":-5}': /amount/,
  };
  for (const [value, reason] of Object.entries(reasons)) {
    const [refused] = of(value);
    assert.equal(refused.topic, "transfers.refused");
    assert.match(refused.headers.reason, reason);
  }
});

test("each transfer is booked once, though answers are lost", async () => {
  for (const api of ["Produce", "TxnOffsetCommit", "EndTxn"])
    broker.intercept({ api, probability: 0.2 }, async (request) => {
      await request.apply();
      request.drop();
    });
  const bookkeeper = new Bookkeeper(kafka, { name: "books-1" });
  const running = bookkeeper.run();
  await send(0, 100);
  assertOnce(await timesBooked(100), 100);
  await bookkeeper.stop();
  await running;
});

test("each transfer is booked once, though bookkeepers come and go", async () => {
  const first = new Bookkeeper(kafka, { name: "books-1" });
  const second = new Bookkeeper(kafka, { name: "books-2" });
  const running = [first.run(), second.run()];
  await send(0, 100);
  await first.stop();
  await send(100, 100);
  assertOnce(await timesBooked(200), 200);
  await second.stop();
  await Promise.all(running);
});

test("each transfer is booked once, though the process is killed in the middle, and another one goes on", async () => {
  const program = spawn(process.execPath, ["main.js"], {
    cwd: import.meta.dirname,
    env: { ...process.env, KAFKA_BROKERS: broker.bootstrapServers.join(), NAME: "books-1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(program, "exit");
  await send(0, 50);
  for await (const _ of readBookings(kafka, "watch")) break; // it is at work
  await send(50, 50);
  program.kill("SIGKILL");
  await ended;

  const successor = new Bookkeeper(kafka, { name: "books-1" });
  const running = successor.run();
  assertOnce(await timesBooked(100), 100);
  await successor.stop();
  await running;
});
