import { Fetch } from "@moldau/protocol-codec";
import type { ReferenceBroker } from "@moldau/reference-broker";
import { describe, expect, it } from "vitest";
import { nextEvent, startConsuming, takeValues } from "../support/consuming.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const two = { topics: [{ topic: "orders", partitions: 2 }] };
const partition = (number: number) => ({ topic: "orders", partition: number });

/** The connections on which fetches came, as they come. */
function fetchConnections(broker: ReferenceBroker): Set<number> {
  const connections = new Set<number>();
  broker.on("request", ({ api, connection }) => {
    if (api === "Fetch") connections.add(connection);
  });
  return connections;
}

/** Has fetches answer for orders-0 with this error. How often it did. */
function ail(broker: ReferenceBroker, errorCode: number): { readonly times: number; readonly end: () => void } {
  let times = 0;
  const rule = broker.intercept({ api: Fetch }, async (request) => {
    const answer = await request.apply();
    const responses = (answer?.responses ?? []).map((topic) => ({
      ...topic,
      partitions: (topic.partitions ?? []).map((each) => {
        if (each.partitionIndex !== 0) return each;
        times++;
        return { ...each, errorCode, records: null };
      }),
    }));
    if (answer !== undefined) request.respond({ ...answer, responses });
  });
  return {
    get times() {
      return times;
    },
    end: () => rule.remove(),
  };
}

/** KAFKA_STORAGE_ERROR: the broker cannot serve the partition at the moment. */
const storageError = 56;

describe("fetches go over the same connection", () => {
  it("while a partition ails beside a quiet one, and are made ever less often for the one that ails", async () => {
    await using run = await startConsuming(two);
    const connections = fetchConnections(run.broker);
    const ailment = ail(run.broker, storageError);
    await run.send("orders", 0, ["a"]);
    const consumer = run.consumer({ fetchMaxWaitMs: 2000 });
    const delays: number[] = [];
    consumer.on("retrying", ({ delayMs }) => delays.push(delayMs));
    const taken = takeValues(consumer, 1);
    await expect.poll(() => ailment.times, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    expect(connections.size).toBe(1);
    for (const [index, delay] of delays.slice(0, 4).entries())
      expect(delay).toBeGreaterThanOrEqual(100 * 2 ** index * 0.79);
    ailment.end();
    expect(await taken).toEqual(["a"]);
    expect(connections.size).toBe(1);
  });

  it("over rebalances, where the partitions are given up and come back", async () => {
    await using run = await startConsuming(two);
    const connections = fetchConnections(run.broker);
    const consumer = run.consumer();
    const values: string[] = [];
    const reading = (async () => {
      for await (const message of consumer) values.push(String(message.value));
    })();
    await consumer.connect();
    for (let round = 0; round < 3; round++) {
      await run.send("orders", 0, [`${round}`]);
      await expect.poll(() => values.length, { timeout: 10_000 }).toBe(round + 1);
      const assigned = nextEvent(consumer, "assigned");
      const other = run.consumer({}, run.client());
      await other.connect();
      await assigned;
      const back = nextEvent(consumer, "assigned");
      await other.close();
      await back;
    }
    const others = 3;
    expect(connections.size).toBeLessThanOrEqual(1 + others);
    await consumer.close();
    await reading;
  });

  it("however often something is sought and resumed: the first time it takes effect at once, later ones soon", async () => {
    await using run = await startConsuming(two);
    await run.send("orders", 0, ["a"]);
    const connections = fetchConnections(run.broker);
    const consumer = run.consumer({ fetchMaxWaitMs: 300 });
    const values: string[] = [];
    const reading = (async () => {
      for await (const message of consumer) values.push(String(message.value));
    })();
    await expect.poll(() => values.length).toBe(1);
    for (let round = 0; round < 10; round++) {
      await pause(100);
      consumer.seek({ ...partition(0), offset: 0n });
      consumer.pause([partition(1)]);
      await pause(50);
      consumer.resume([partition(1)]);
      await expect.poll(() => values.length, { timeout: 5000 }).toBe(round + 2);
    }
    expect(connections.size).toBeLessThanOrEqual(2);
    await consumer.close();
    await reading;
  });
});

it("brokers from which nothing is read any more are not asked", async () => {
  await using run = await startConsuming({ ...two, brokers: 2 });
  const leaders = run.broker.topic("orders")?.partitions.map(({ leader }) => leader) ?? [];
  const consumer = run.consumer({ fetchMaxWaitMs: 50 });
  const taken = takeValues(consumer, 1);
  await consumer.connect();
  await run.broker.moveLeader("orders", 0, leaders[1] ?? 0);
  await run.cluster.refreshTopics(["orders"]);
  await pause(300);
  const asked: number[] = [];
  run.broker.on("request", ({ api, broker }) => {
    if (api === "Fetch") asked.push(broker);
  });
  await pause(300);
  expect(asked.length).toBeGreaterThan(1);
  expect(new Set(asked)).toEqual(new Set([leaders[1]]));
  await run.send("orders", 0, ["a"]);
  expect(await taken).toEqual(["a"]);
});

it("2,000 partitions are sought in a listener without holding the event loop up", async () => {
  await using run = await startConsuming({ topics: [{ topic: "orders", partitions: 2000 }] });
  const consumer = run.consumer();
  let tookMs = Infinity;
  consumer.on("assigned", ({ partitions }) => {
    // Of the processor, as others want it too while tests run.
    const before = process.cpuUsage();
    for (const each of partitions) consumer.seek({ ...each, offset: 0n });
    for (const each of partitions) consumer.pause([each]);
    for (const each of partitions) consumer.resume([each]);
    tookMs = process.cpuUsage(before).user / 1000;
  });
  await consumer.connect();
  expect(tookMs).toBeLessThan(200);
});
