import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coordinatorPartition, FindCoordinator, Metadata } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { startConsuming } from "../support/consuming.js";
import { RawConnection } from "../support/raw-connection.js";

/** Where the broker of a node id is reached. */
function addressOf(broker: ReferenceBroker, nodeId: number): string {
  const listener = broker.brokers.find((each) => each.nodeId === nodeId)?.listeners["PLAINTEXT"];
  return `${listener?.host ?? ""}:${listener?.port ?? 0}`;
}

async function connection(address: string): Promise<RawConnection> {
  const opened = await RawConnection.open(address, "test");
  onTestFinished(() => opened.close());
  return opened;
}

function leaderOf(broker: ReferenceBroker, topic: string, partition: number) {
  return broker.topic(topic)?.partitions[partition];
}

describe("a broker of several that is stopped and started again", () => {
  it("cuts its connections and refuses new ones meanwhile, and is found at the same address again", async () => {
    await using broker = await startBroker({ brokers: 2, topics: [{ topic: "orders", partitions: 2 }] });
    const address = addressOf(broker, 2);
    const cut = (await connection(address)).request(Metadata, 12, { topics: [] });
    await expect(cut).resolves.toMatchObject({ controllerId: 1 });
    const stopped = broker.waitFor("disconnected");
    await broker.stopNode(2);
    await stopped;
    await expect(RawConnection.open(address, "late")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(broker.brokers.map(({ nodeId, isRunning }) => [nodeId, isRunning])).toEqual([
      [1, true],
      [2, false],
    ]);
    await broker.startNode(2);
    expect(addressOf(broker, 2)).toBe(address);
    await expect((await connection(address)).request(Metadata, 12, { topics: [] })).resolves.toMatchObject({
      brokers: [{ nodeId: 1 }, { nodeId: 2 }],
    });
  });

  it("leaves its partitions without a leader, and leads them again under a later epoch", async () => {
    await using broker = await startBroker({ brokers: 2, topics: [{ topic: "orders", partitions: 2 }] });
    const partition = leaderOf(broker, "orders", 0)?.leader === 2 ? 0 : 1;
    const before = leaderOf(broker, "orders", partition)?.leaderEpoch ?? 0;
    await broker.stopNode(2);
    expect(leaderOf(broker, "orders", partition)).toMatchObject({ leader: -1, leaderEpoch: before + 1, isr: [2] });
    expect(leaderOf(broker, "orders", 1 - partition)).toMatchObject({ leader: 1 });
    const asked = await (
      await connection(addressOf(broker, 1))
    ).request(Metadata, 12, { topics: [{ name: "orders" }] });
    const leaderNotAvailable = 5;
    expect(asked.brokers.map(({ nodeId }) => nodeId)).toEqual([1]);
    expect(asked.topics[0]?.partitions[partition]).toMatchObject({
      errorCode: leaderNotAvailable,
      leaderId: -1,
      offlineReplicas: [2],
    });
    await expect(broker.moveLeader("orders", partition, 1)).rejects.toThrow(`nobody leads orders-${partition} now`);
    expect(() => broker.log("orders", partition)).toThrow(`nobody leads orders-${partition} now`);
    await broker.startNode(2);
    expect(leaderOf(broker, "orders", partition)).toMatchObject({ leader: 2, leaderEpoch: before + 2 });
  });

  it("has its groups coordinated by nobody meanwhile", async () => {
    await using broker = await startBroker({ brokers: 2 });
    const one = await connection(addressOf(broker, 1));
    const find = (key: string) => one.request(FindCoordinator, 3, { key });
    const key = await (async () => {
      for (let index = 0; ; index++) if ((await find(`group-${index}`)).nodeId === 2) return `group-${index}`;
    })();
    await broker.stopNode(2);
    const coordinatorNotAvailable = 15;
    expect(await find(key)).toMatchObject({ errorCode: coordinatorNotAvailable, nodeId: -1 });
    await broker.startNode(2);
    expect(await find(key)).toMatchObject({ errorCode: 0, nodeId: 2 });
    expect(leaderOf(broker, "__consumer_offsets", coordinatorPartition(key, 50))?.leader).toBe(2);
  });

  it("does not keep topics from being created and deleted; it knows of them when it comes back", async () => {
    await using broker = await startBroker({ brokers: 2, topics: [{ topic: "old", partitions: 2 }] });
    await broker.stopNode(1);
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    onTestFinished(() => kafka.close());
    await kafka.admin().deleteTopics({ topics: ["old"] });
    await broker.createTopic("new", { partitions: 3 });
    expect(broker.topic("new")?.partitions.map(({ leader }) => leader)).toEqual([2, 2, 2]);
    const shown = await (await connection(addressOf(broker, 2))).request(Metadata, 12, { topics: [] });
    expect(shown.controllerId).toBe(2);
    await broker.startNode(1);
    const known = await (await connection(addressOf(broker, 1))).request(Metadata, 12, { topics: null });
    expect(known.topics.map(({ name }) => name)).toEqual(["new"]);
    expect(known.controllerId).toBe(1);
    await broker.createTopic("old", { partitions: 2 });
    expect(broker.log("old", 0).logEndOffset).toBe(0n);
  });
});

it("a client goes on with the other broker while one is stopped, and with both when it is back: nothing lost, nothing twice", async () => {
  await using run = await startConsuming({ brokers: 2, topics: [{ topic: "orders", partitions: 2 }] });
  const { broker } = run;
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  onTestFinished(() => kafka.close());
  const producer = kafka.producer();
  const values: string[] = [];
  const consumer = run.consumer({ fetchMaxWaitMs: 100 });
  const reading = (async () => {
    for await (const message of consumer) values.push(String(message.value));
  })();
  const send = (partition: number, value: string) =>
    producer.send({ topic: "orders", messages: [{ partition, value }] });
  await Promise.all([send(0, "a0"), send(1, "a1")]);
  await expect.poll(() => values.length, { timeout: 20_000 }).toBe(2);
  const group = leaderOf(broker, "__consumer_offsets", coordinatorPartition("billing", 50))?.leader ?? 0;
  const node = 3 - group;
  const theirs = leaderOf(broker, "orders", 0)?.leader === node ? 0 : 1;
  await broker.stopNode(node);
  const waiting = send(theirs, `b${theirs}`);
  await send(1 - theirs, `b${1 - theirs}`);
  await expect.poll(() => values.length, { timeout: 20_000 }).toBe(3);
  await broker.startNode(node);
  await waiting;
  await expect.poll(() => values.length, { timeout: 20_000 }).toBe(4);
  await consumer.close();
  await reading;
  expect(values.toSorted()).toEqual(["a0", "a1", "b0", "b1"]);
});

it("a cluster that is closed while one of its brokers is stopped comes back whole, and a broker that is left out then leads nothing", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "moldau-stop-"));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const topics = [{ topic: "orders", partitions: 2 }];
  const values = async (broker: ReferenceBroker): Promise<readonly string[]> => {
    const logs = await Promise.all([0, 1].map((partition) => broker.log("orders", partition).records()));
    return logs.flat().map(({ value }) => String(value));
  };
  const first = await startBroker({ brokers: 2, dataDir, topics });
  const kafka = new Kafka({ brokers: first.bootstrapServers });
  const messages = [0, 1].map((partition) => ({ partition, value: `m${partition}` }));
  await kafka.producer().send({ topic: "orders", messages });
  await kafka.close();
  await first.stopNode(2);
  await first.close();

  const second = await startBroker({ brokers: [{ nodeId: 1 }, { nodeId: 3 }], dataDir });
  const leaders = second.topic("orders")?.partitions.map(({ leader }) => leader) ?? [];
  await second.close();
  expect(leaders.toSorted((left, right) => left - right)).toEqual([-1, 1]);

  await using third = await startBroker({ brokers: 2, dataDir });
  expect(third.topic("orders")?.partitions.map(({ leader }) => leader)).toEqual(
    leaders.map((leader) => (leader === -1 ? 2 : leader)),
  );
  expect(await values(third)).toEqual(["m0", "m1"]);
});

describe("a single broker that is stopped and started again", () => {
  it.each(["memory", "disk"])("has its records, groups and producers' numbers as before, in %s", async (storage) => {
    const dataDir = storage === "disk" ? await mkdtemp(join(tmpdir(), "moldau-stop-")) : undefined;
    if (dataDir !== undefined) onTestFinished(() => rm(dataDir, { recursive: true }));
    await using run = await startConsuming({ ...(dataDir === undefined ? {} : { dataDir }) });
    const kafka = new Kafka({ brokers: run.broker.bootstrapServers });
    onTestFinished(() => kafka.close());
    const producer = kafka.producer();
    const seen: string[] = [];
    const consumer = run.consumer();
    const reading = (async () => {
      for await (const { value } of consumer) seen.push(String(value));
    })();
    for (let round = 0; round < 3; round++) {
      const sent = producer.send({ topic: "orders", messages: [{ value: `m${round}` }] });
      if (round === 1) await run.broker.stopNode(1);
      if (round === 1) await run.broker.startNode(1);
      await sent;
    }
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(3);
    await consumer.close();
    await reading;
    expect(seen).toEqual(["m0", "m1", "m2"]);
    expect(await run.committed({ topic: "orders", partition: 0 })).toBe(3n);
    expect((await run.broker.log("orders", 0).records()).map(({ value }) => String(value))).toEqual(seen);
  });

  it("tells what is asked for wrongly, takes what is done twice, and closes while it is stopped", async () => {
    const broker = await startBroker({ topics: ["orders"] });
    const told: string[] = [];
    broker.on("brokerStopped", ({ nodeId }) => told.push(`stopped ${nodeId}`));
    broker.on("brokerStarted", ({ nodeId }) => told.push(`started ${nodeId}`));
    await expect(broker.stopNode(7)).rejects.toThrow(
      new RangeError("there is no broker with node id 7: write one of 1"),
    );
    await expect(broker.startNode(7)).rejects.toThrow("there is no broker with node id 7");
    await Promise.all([broker.stopNode(1), broker.stopNode(1)]);
    await expect(broker.createTopic("late")).rejects.toThrow("0 broker(s) are registered");
    await Promise.all([broker.startNode(1), broker.startNode(1)]);
    await broker.stopNode(1);
    await broker.close();
    expect(told).toEqual(["stopped 1", "started 1", "stopped 1"]);
    await expect(broker.startNode(1)).rejects.toThrow("the cluster is closed");
  });

  it("stays stopped when its port was taken, and starts when that is free again", async () => {
    await using broker = await startBroker({ topics: ["orders"] });
    const [address = ""] = broker.bootstrapServers;
    await broker.stopNode(1);
    const thief = await startBroker({ port: Number(address.split(":")[1]) });
    await expect(broker.startNode(1)).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(broker.brokers).toMatchObject([{ isRunning: false }]);
    await thief.close();
    await broker.startNode(1);
    expect(leaderOf(broker, "orders", 0)?.leader).toBe(1);
  });
});
