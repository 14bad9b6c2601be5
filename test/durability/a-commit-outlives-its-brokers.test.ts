import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coordinatorPartition, readControlRecord } from "@moldau/protocol-codec";
import { startBroker, systemClock, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, type Transaction } from "moldau";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const topic = "orders";
const partitions = [0, 1, 2];
const transactionalId = "shop";
/** For whatever has to be waited for, on a machine that has other things to do. */
const patience = { timeout: 30_000 };

let broker: ReferenceBroker;
let kafka: Kafka;
let errors: unknown[];

async function start(options: BrokerOptions): Promise<void> {
  const wanted = { topics: [{ topic, partitions: partitions.length }, "bills"], ...options };
  broker = await startBroker({ configs: { "transaction.state.log.num.partitions": 4 }, ...wanted });
  errors = [];
  broker.on("error", (error) => errors.push(error));
  kafka = new Kafka({ brokers: broker.bootstrapServers });
}

async function stop(): Promise<void> {
  await kafka.close();
  await broker.close();
  expect(errors).toEqual([]);
}

/** Writes one message into each partition, and ends the transaction as `end` says. */
async function transact(value: string, end: (transaction: Transaction) => Promise<void>): Promise<void> {
  const producer = kafka.producer({ transactionalId });
  const transaction = await producer.beginTransaction();
  for (const partition of partitions) await transaction.send({ topic, messages: [{ partition, value }] });
  await end(transaction);
}

const commit = (transaction: Transaction): Promise<void> => transaction.commit();
const abort = (transaction: Transaction): Promise<void> => transaction.abort();

/** What readers of committed data see, partition by partition. */
async function committed(): Promise<readonly string[]> {
  const seen = await Promise.all(
    partitions.map(async (partition) => {
      const view = broker.log(topic, partition);
      const records = await view.records();
      return records.flatMap(({ offset, value }) => (offset < view.lastStableOffset ? [`${partition}: ${value}`] : []));
    }),
  );
  return seen.flat();
}

/** How transactions ended in a partition, marker by marker. */
async function markersIn(partition: number): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const batch of broker.log(topic, partition).batches())
    if (batch.isControl) for (const record of batch) found.push(readControlRecord(record).type);
  return found;
}

/** Where the coordinator has the transaction. */
async function state(): Promise<string> {
  const [transaction] = await kafka.admin().describeTransactions({ transactionalIds: [transactionalId] });
  return transaction?.state ?? "";
}

const inAll = (value: string): readonly string[] => partitions.map((partition) => `${partition}: ${value}`);

function leaderOf(name: string, partition: number): number {
  return broker.topic(name)?.partitions[partition]?.leader ?? -1;
}

const stateTopic = "__transaction_state";
const statePartition = coordinatorPartition(transactionalId, 4);

describe("a commit that is decided", () => {
  beforeEach(() => start({ brokers: 3 }));
  afterEach(stop);

  test("is told to a partition whose leader moved meanwhile", async () => {
    const held = broker.holdMarkers();
    await transact("apples", commit);
    const to = (leaderOf(topic, 1) % 3) + 1;
    await broker.moveLeader(topic, 1, to);
    expect(await committed()).toEqual([]);
    held.release();
    await expect.poll(committed, patience).toEqual(inAll("apples"));
    for (const partition of partitions) expect(await markersIn(partition)).toEqual(["COMMIT"]);
  });

  test("is told to a broker that was stopped, when it is back, and to the others before", async () => {
    const coordinator = () => leaderOf(stateTopic, statePartition);
    const held = broker.holdMarkers();
    await transact("apples", commit);
    const away = partitions.find((partition) => leaderOf(topic, partition) !== coordinator()) ?? 0;
    const nodeId = leaderOf(topic, away);
    await broker.stopNode(nodeId);
    held.release();
    const others = partitions.filter((partition) => leaderOf(topic, partition) > 0);
    for (const partition of others) await expect.poll(() => markersIn(partition), patience).toEqual(["COMMIT"]);
    await broker.startNode(nodeId);
    await expect.poll(committed, patience).toEqual(inAll("apples"));
    await expect.poll(state, patience).toBe("CompleteCommit");
    expect(await markersIn(away)).toEqual(["COMMIT"]);
  });

  test("is finished by its coordinator when that is back", async () => {
    const held = broker.holdMarkers();
    await transact("apples", commit);
    const coordinator = leaderOf(stateTopic, statePartition);
    await broker.stopNode(coordinator);
    held.release();
    await broker.startNode(coordinator);
    await expect.poll(committed, patience).toEqual(inAll("apples"));
    for (const partition of partitions) expect(await markersIn(partition)).toEqual(["COMMIT"]);
  });

  test("is finished by the coordinator that comes after, and by that alone", async () => {
    const held = broker.holdMarkers();
    await transact("apples", commit);
    await expect.poll(() => held.waiting, patience).toBe(partitions.length);
    await broker.moveLeader(stateTopic, statePartition, (leaderOf(stateTopic, statePartition) % 3) + 1);
    await expect.poll(() => held.waiting, patience).toBe(partitions.length);
    held.release();
    await expect.poll(committed, patience).toEqual(inAll("apples"));
    for (const partition of partitions) expect(await markersIn(partition)).toEqual(["COMMIT"]);
    // The id goes on with the coordinator of now.
    await transact("pears", abort);
    await expect.poll(() => markersIn(2), patience).toEqual(["COMMIT", "ABORT"]);
  });

  test("does not wait for a topic that is deleted", async () => {
    const producer = kafka.producer({ transactionalId });
    const transaction = await producer.beginTransaction();
    await transaction.send({ topic: "bills", messages: [{ value: "apples" }] });
    await transaction.send({ topic, messages: [{ partition: 0, value: "apples" }] });
    const held = broker.holdMarkers({ topic: "bills" });
    await transaction.commit();
    await kafka.admin().deleteTopics({ topics: ["bills"] });
    held.release();
    await expect.poll(state, patience).toBe("CompleteCommit");
    expect(await markersIn(0)).toEqual(["COMMIT"]);
  });
});

describe.each(["COMMIT", "ABORT"] as const)("a %s that is decided", (type) => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "commit-"));
    await start({ dataDir });
  });
  afterEach(async () => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("is finished after a restart of the whole cluster", async () => {
    broker.holdMarkers();
    await transact("apples", type === "COMMIT" ? commit : abort);
    for (const partition of partitions) expect(await markersIn(partition)).toEqual([]);
    await stop();
    await start({ dataDir });
    for (const partition of partitions) await expect.poll(() => markersIn(partition), patience).toEqual([type]);
    for (const partition of partitions) expect(broker.log(topic, partition).lastStableOffset).toBe(2n);
  });
});

test("brokers come and go under transactions, and each one is committed in all partitions or in none", async () => {
  await start({ brokers: 3, seed: 11 });
  try {
    let isOver = false;
    const turmoil = (async () => {
      for (let round = 0; !isOver; round++) {
        const nodeId = (round % 3) + 1;
        if (round > 0) await broker.moveLeader(stateTopic, statePartition, (round % 3) + 1);
        await broker.stopNode(nodeId);
        await broker.startNode(nodeId);
        await broker.moveLeader(topic, round % 3, ((round + 1) % 3) + 1);
        await systemClock.sleep(300);
      }
    })();
    const done: string[] = [];
    const producer = kafka.producer({ transactionalId });
    for (let number = 0; number < 25; number++) {
      const value = `transaction ${number}`;
      try {
        await producer.transaction(async (transaction) => {
          for (const partition of partitions) await transaction.send({ topic, messages: [{ partition, value }] });
        });
        done.push(value);
      } catch {
        // Whether it counts is what the partitions have to agree on.
      }
    }
    isOver = true;
    await turmoil;
    const seen = await settled();
    for (const partition of partitions) expect(seen[partition]).toEqual(seen[0]);
    expect(seen[0]).toEqual(expect.arrayContaining(done));
    expect(new Set(seen[0]).size).toBe(seen[0]?.length);
    expect(done.length).toBeGreaterThan(0);
  } finally {
    await kafka.close();
    await broker.close();
  }
});

/** What a reader of committed data gets of each partition once no transaction is open in any. */
async function settled(): Promise<readonly (readonly string[])[]> {
  await expect
    .poll(
      () =>
        partitions.every(
          (partition) => broker.log(topic, partition).lastStableOffset === broker.log(topic, partition).logEndOffset,
        ),
      { timeout: 90_000 },
    )
    .toBe(true);
  const consumer = kafka.consumer({
    groupId: "reader",
    topics: [topic],
    startFrom: "earliest",
    isolationLevel: "read_committed",
  });
  const seen: string[][] = partitions.map(() => []);
  const total = partitions.reduce((sum, partition) => sum + Number(broker.log(topic, partition).logEndOffset), 0);
  expect(total).toBeGreaterThan(0);
  const end = partitions.map((partition) => broker.log(topic, partition).logEndOffset);
  // A last message in each partition says that everything before it was read.
  await kafka.producer().send({ topic, messages: partitions.map((partition) => ({ partition, value: "the end" })) });
  let ends = 0;
  for await (const { partition, offset, value } of consumer.messages()) {
    if (offset < (end[partition] ?? 0n)) seen[partition]?.push(String(value));
    else if (++ends === partitions.length) break;
  }
  return seen;
}
