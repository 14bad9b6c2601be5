import { Uuid } from "@moldau/protocol-codec";
import { expect, onTestFinished, test } from "vitest";
import { VirtualClock } from "moldau-testing";
import { defaultLogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import { FaultyStorage } from "../storage/faulty.js";
import { MemoryStorage } from "../storage/memory.js";
import type { Storage } from "../storage/storage.js";
import { Controller } from "./controller.js";
import { newPartition } from "./create-topics.js";
import { clusterRecords } from "./records.js";
import { ClusterState, configResource } from "./state.js";

const id = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");

async function open(storage: Storage): Promise<Controller> {
  const clock = new VirtualClock();
  const metadata = { topic: "__cluster_metadata", partition: 0, topicId: Uuid.metadataTopic };
  const log = await PartitionLog.open({
    storage,
    dir: "node/__cluster_metadata-0",
    config: defaultLogConfig,
    clock,
    ...metadata,
  });
  const controller = await Controller.open({ log, state: new ClusterState("cluster"), clock });
  onTestFinished(() => controller.close());
  return controller;
}

const topicRecords = [
  clusterRecords.topic.write({ name: "orders", topicId: id }),
  clusterRecords.config.write({
    resourceType: configResource.topic,
    resourceName: "orders",
    name: "retention.ms",
    value: "5",
  }),
  newPartition(id, 0, [1]),
  newPartition(id, 1, [2]),
];

test("replay knows what the running controller knew", async () => {
  const storage = new MemoryStorage();
  const first = await open(storage);
  await first.change(() => ({ records: topicRecords, answer: undefined }));
  await first.change(() => ({
    records: [
      clusterRecords.partitionChange.write({ topicId: id, partitionId: 1, leader: 3, replicas: [3], isr: [3] }),
    ],
    answer: undefined,
  }));
  await first.change(() => ({
    records: [clusterRecords.producerIds.write({ brokerId: 1, nextProducerId: 1000n })],
    answer: undefined,
  }));
  const known = (state: ClusterState) => ({
    topics: [...state.topics()],
    configs: [...state.configs(configResource.topic, "orders")],
    next: state.nextProducerId,
  });
  const before = known(first.state);
  expect(before.topics[0]?.partitions[1]).toMatchObject({ leader: 3, leaderEpoch: 1, partitionEpoch: 1 });
  await first.close();
  expect(known((await open(storage)).state)).toEqual(before);
});

test("changes come one after the other: each is computed from what the one before left", async () => {
  const controller = await open(new MemoryStorage());
  const counts = await Promise.all(
    ["a", "b", "c"].map((name) =>
      controller.change((cluster) => ({
        records: [clusterRecords.topic.write({ name, topicId: Uuid.random(() => Buffer.from(name.repeat(16))) })],
        answer: [...cluster.topics()].length,
      })),
    ),
  );
  expect(counts).toEqual([0, 1, 2]);
});

test("a change that cannot be written changes nothing, and the next one can", async () => {
  const storage = new FaultyStorage(new MemoryStorage());
  const controller = await open(storage);
  const heard: unknown[] = [];
  controller.onChange(async (effects) => void heard.push(effects));
  storage.fail({ operation: "write" });
  await expect(controller.change(() => ({ records: topicRecords, answer: 1 }))).rejects.toMatchObject({
    code: "KAFKA_STORAGE_ERROR",
  });
  expect(controller.state.topic("orders")).toBeUndefined();
  expect(heard).toEqual([]);
  expect(await controller.change(() => ({ records: topicRecords, answer: 2 }))).toBe(2);
  expect(controller.state.topic("orders")?.partitions).toHaveLength(2);
});

test("a computation that throws rejects its own change only", async () => {
  const controller = await open(new MemoryStorage());
  const failed = controller.change(() => {
    throw new RangeError("no such partition");
  });
  await expect(failed).rejects.toThrow("no such partition");
  expect(await controller.change(() => ({ records: [], answer: "fine" }))).toBe("fine");
});

test("whoever carries a change out is told of topics by name, also of those that are gone then", async () => {
  const controller = await open(new MemoryStorage());
  const told: unknown[] = [];
  controller.onChange(async ({ created, changed, removed, reconfigured, moved }) => {
    told.push({
      created: [...created],
      changed: [...changed],
      removed: [...removed],
      reconfigured: [...reconfigured],
      moved,
    });
  });
  const nothing = { created: [], changed: [], removed: [], reconfigured: [], moved: [] };
  await controller.change(() => ({ records: topicRecords, answer: undefined }));
  await controller.change(() => ({
    records: [clusterRecords.partitionChange.write({ topicId: id, partitionId: 0, leader: 2 })],
    answer: undefined,
  }));
  await controller.change(() => ({ records: [clusterRecords.removeTopic.write({ topicId: id })], answer: undefined }));
  expect(told).toEqual([
    { ...nothing, created: ["orders"], changed: ["orders"], reconfigured: ["orders"] },
    { ...nothing, changed: ["orders"], moved: [{ topic: "orders", partition: 0 }] },
    { ...nothing, removed: ["orders"] },
  ]);
});
