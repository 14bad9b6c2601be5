import { ErrorCode, Uuid, writeBatch } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { expect, onTestFinished, test } from "vitest";
import { BrokerConfig } from "../cluster/broker-config.js";
import { newPartition } from "../cluster/create-topics.js";
import { clusterRecords, decodeClusterRecord } from "../cluster/records.js";
import { ClusterState } from "../cluster/state.js";
import { LogDirectory } from "../data-dir/log-directory.js";
import { FaultyStorage } from "../storage/faulty.js";
import { MemoryStorage } from "../storage/memory.js";
import { PartitionCustody } from "./custody.js";
import type { PartitionCoordinator } from "./held-partition.js";
import { LocalPartitions } from "./local-partitions.js";
import { findLedPartition } from "./partition-lookup.js";

const ids = { orders: Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ"), again: Uuid.parse("AAAAAAAAAAAAAAAAAAAABw") };

/** One broker's partitions beside an image of the cluster that the test writes. */
async function start(coordinators: ReadonlyMap<string, PartitionCoordinator> = new Map()) {
  const storage = new FaultyStorage(new MemoryStorage());
  const directory = await LogDirectory.open({
    storage,
    path: "one",
    nodeId: 1,
    randomBytes: () => Buffer.alloc(16, 7),
  });
  const cluster = new ClusterState(directory.clusterId);
  const errors: unknown[] = [];
  const partitions = new LocalPartitions({
    nodeId: 1,
    storage,
    directory,
    config: new BrokerConfig(),
    cluster,
    custody: new PartitionCustody(storage, new Map([[1, "one"]])),
    coordinators,
    clock: new VirtualClock(),
    random: () => 0,
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => void (await partitions.close()));
  const write = (...records: readonly Buffer[]): void => {
    for (const record of records) {
      const decoded = decodeClusterRecord(record);
      if (decoded !== undefined) cluster.apply(decoded);
    }
  };
  const find = (topic: string) =>
    findLedPartition({ nodeId: 1, partitions }, { topic: cluster.topic(topic), byId: false, partition: 0 });
  const create = (topic: string, topicId: Uuid): void =>
    write(clusterRecords.topic.write({ name: topic, topicId }), newPartition(topicId, 0, [1]));
  const lead = (topicId: Uuid, leader: number): void =>
    write(clusterRecords.partitionChange.write({ topicId, partitionId: 0, leader }));
  return { partitions, storage, cluster, errors, write, find, create, lead };
}

test("until its log is open a partition answers as one that is led elsewhere, so that clients ask again", async () => {
  const { partitions, find, create } = await start();
  create("orders", ids.orders);
  expect(find("orders").errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const opening = partitions.reconcile(["orders"]);
  await Promise.resolve();
  expect(partitions.get("orders", 0)?.isLed).toBe(false);
  expect(find("orders").errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  await opening;
  expect(find("orders").errorCode).toBe(ErrorCode.NONE);
});

test("a log that cannot be opened is reported and answers KAFKA_STORAGE_ERROR; the next occasion tries again", async () => {
  const { partitions, storage, errors, find, create, lead } = await start();
  create("orders", ids.orders);
  storage.fail({ operation: "makeDir", path: /orders-0/ });
  await partitions.reconcile(["orders"]);
  expect(errors).toHaveLength(1);
  expect(find("orders").errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  lead(ids.orders, 1);
  await partitions.reconcile(["orders"]);
  expect(find("orders").errorCode).toBe(ErrorCode.NONE);
});

test("a directory in which a log could not be opened was not left well", async () => {
  const { partitions, storage, create } = await start();
  create("orders", ids.orders);
  storage.fail({ operation: "makeDir", path: /orders-0/ });
  await partitions.reconcile(["orders"]);
  expect(await partitions.close()).toBe(false);
});

test("however fast a leader goes and comes, and a topic goes and comes, what was wanted last is what stands", async () => {
  const { partitions, cluster, errors, find, create, lead, write } = await start();
  create("orders", ids.orders);
  const under = [partitions.reconcile(["orders"])];
  for (const leader of [2, 1, 2, 1]) {
    lead(ids.orders, leader);
    under.push(partitions.reconcile(["orders"]));
  }
  await Promise.all(under);
  const { led } = find("orders");
  expect(led?.leaderEpoch).toBe(4);
  await led?.append(writeBatch({}, [{ value: "old" }]), { origin: "client" });
  write(clusterRecords.removeTopic.write({ topicId: ids.orders }));
  const gone = partitions.reconcile(["orders"]);
  create("orders", ids.again);
  const come = partitions.reconcile(["orders"]);
  await Promise.all([gone, come]);
  expect(find("orders").led).toMatchObject({ topicId: ids.again, logEndOffset: 0n });
  expect(cluster.topic("orders")?.id).toEqual(ids.again);
  expect(errors).toEqual([]);
});

test("a coordinator that reads for long keeps nobody from opening and closing partitions, its own among them", async () => {
  const told: string[] = [];
  let read: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => (read = resolve));
  const coordinator: PartitionCoordinator = {
    onLeader: async (partition, log, epoch) => {
      told.push(`leads ${partition} in ${epoch}: ${log.isLed}`);
      await reading;
    },
    onLeaderLost: async (partition) => void told.push(`lost ${partition}`),
  };
  const { partitions, find, create, lead } = await start(new Map([["__consumer_offsets", coordinator]]));
  create("__consumer_offsets", ids.again);
  const loading = partitions.reconcile(["__consumer_offsets"]);
  create("orders", ids.orders);
  await partitions.reconcile(["orders"]);
  expect(find("orders").errorCode).toBe(ErrorCode.NONE);
  lead(ids.again, 2);
  await partitions.reconcile(["__consumer_offsets"]);
  expect(told).toEqual(["leads 0 in 0: true", "lost 0"]);
  read();
  await loading;
});
