import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  FindCoordinator,
  InitProducerId,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  Produce,
  stampProducer,
  writeBatch,
} from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RawConnection } from "../support/raw-connection.js";

let dataDir: string;
let running: ReferenceBroker | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "comes-back-"));
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs a broker on the directory, and closes it behind the visit. */
async function visit<Result>(
  work: (connection: RawConnection, broker: ReferenceBroker) => Promise<Result>,
  options: BrokerOptions = {},
): Promise<Result> {
  const broker = await startBroker({ dataDir, ...options });
  running = broker;
  const errors: unknown[] = [];
  broker.on("error", (error) => errors.push(error));
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "visitor");
  const result = await work(connection, broker);
  connection.close();
  await broker.close();
  expect(errors).toEqual([]);
  return result;
}

async function produce(
  connection: RawConnection,
  topic: string,
  records: Buffer,
): Promise<{ errorCode: number; baseOffset: bigint }> {
  const { responses } = await connection.request(Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  const [partition] = responses[0]?.partitionResponses ?? [];
  return { errorCode: partition?.errorCode ?? -1, baseOffset: partition?.baseOffset ?? -1n };
}

const records = (...values: readonly string[]): Buffer =>
  writeBatch(
    {},
    values.map((value) => ({ value, timestamp: Date.now() })),
  );

const valuesOf = async (broker: ReferenceBroker, topic: string): Promise<string[]> =>
  (await broker.log(topic, 0).records()).map(({ value }) => String(value));

test("topics with their ids and settings, records, committed offsets and the cluster's id", async () => {
  const before = await visit(async (connection, broker) => {
    await broker.createTopic("orders", { partitions: 3, configs: { "retention.ms": -1, "cleanup.policy": "compact" } });
    await broker.createTopic("plain");
    await produce(connection, "plain", records("one", "two"));
    await connection.request(FindCoordinator, 3, { key: "g" });
    await connection.request(OffsetCommit, 8, {
      groupId: "g",
      memberId: "",
      topics: [{ name: "plain", partitions: [{ partitionIndex: 0, committedOffset: 2n, committedMetadata: "mark" }] }],
    });
    return { clusterId: broker.clusterId, id: broker.topic("orders")?.id.toString() };
  });
  await visit(async (connection, broker) => {
    expect({ clusterId: broker.clusterId, id: broker.topic("orders")?.id.toString() }).toEqual(before);
    expect(broker.topic("orders")?.partitions).toHaveLength(3);
    expect(await valuesOf(broker, "plain")).toEqual(["one", "two"]);
    expect(await produce(connection, "plain", records("three"))).toEqual({ errorCode: 0, baseOffset: 2n });
    const { topics } = await connection.request(OffsetFetch, 7, { groupId: "g", topics: null });
    expect(topics).toMatchObject([{ name: "plain", partitions: [{ committedOffset: 2n, metadata: "mark" }] }]);
    // A compacted topic still wants keys: its settings came back.
    expect(await produce(connection, "orders", records("keyless"))).toMatchObject({ errorCode: 87 });
  });
});

test("what was deleted stays deleted, and a topic of the same name begins anew", async () => {
  const first = await visit(async (connection, broker) => {
    for (const topic of ["gone", "again"]) {
      await broker.createTopic(topic);
      await produce(connection, topic, records("old"));
    }
    const { id } = broker.topic("again") ?? {};
    await connection.request(DeleteTopics, 5, { topicNames: ["gone", "again"], timeoutMs: 1000 });
    await broker.createTopic("again");
    await produce(connection, "again", records("new"));
    return id?.toString();
  });
  await visit(async (_, broker) => {
    expect(broker.topic("gone")).toBeUndefined();
    expect(broker.topic("again")?.id.toString()).not.toBe(first);
    expect(await valuesOf(broker, "again")).toEqual(["new"]);
  });
  expect(readdirSync(dataDir).filter((name) => name.startsWith("gone") || name.includes("delete"))).toEqual([]);
});

test("records deleted from the front stay deleted", async () => {
  await visit(async (connection, broker) => {
    await broker.createTopic("orders");
    await produce(connection, "orders", records("a", "b", "c"));
    await connection.request(DeleteRecords, 2, {
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, offset: 2n }] }],
      timeoutMs: 1000,
    });
  });
  await visit(async (_, broker) => {
    expect(broker.log("orders", 0).logStartOffset).toBe(2n);
    expect(await valuesOf(broker, "orders")).toEqual(["c"]);
  });
});

test("producer ids are never given twice, and a producer's repeated batch is known again", async () => {
  const producerId = await visit(async (connection, broker) => {
    await broker.createTopic("orders");
    const answer = await connection.request(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 });
    const batch = records("once");
    stampProducer(batch, { producerId: answer.producerId, producerEpoch: 0, baseSequence: 0 });
    await produce(connection, "orders", batch);
    return answer.producerId;
  });
  await visit(async (connection, broker) => {
    const answer = await connection.request(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 });
    expect(answer.producerId).toBeGreaterThan(producerId);
    const again = records("once");
    stampProducer(again, { producerId, producerEpoch: 0, baseSequence: 0 });
    expect(await produce(connection, "orders", again)).toEqual({ errorCode: 0, baseOffset: 0n });
    expect(await valuesOf(broker, "orders")).toEqual(["once"]);
  });
});

test("several brokers find their partitions again, each in a folder of its own", async () => {
  const leaders = await visit(
    async (_, broker) => {
      await broker.createTopic("orders", { partitions: 6 });
      await broker.moveLeader("orders", 0, broker.topic("orders")?.partitions[1]?.leader ?? 0);
      return broker.topic("orders")?.partitions.map(({ leader }) => leader);
    },
    { brokers: 3 },
  );
  expect(new Set(leaders)).toEqual(new Set([1, 2, 3]));
  expect(readdirSync(dataDir).sort()).toEqual(["1", "2", "3"]);
  await visit(
    async (connection, broker) => {
      expect(broker.topic("orders")?.partitions.map(({ leader }) => leader)).toEqual(leaders);
      for (const { partition } of broker.topic("orders")?.partitions ?? [])
        expect(broker.log("orders", partition).logEndOffset).toBe(0n);
      const { brokers } = await connection.request(Metadata, 9, { topics: [] });
      expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    },
    { brokers: 3 },
  );
});

test("a directory that another broker has, or that was left by others, is refused with a sentence", async () => {
  await visit(async () => {
    await expect(startBroker({ dataDir })).rejects.toThrow("is in use by another broker");
  });
  await expect(startBroker({ dataDir, brokers: 2 })).rejects.toThrow("was left by a single broker");
  await expect(startBroker({ dataDir, brokers: [{ nodeId: 7 }] })).rejects.toThrow(
    "belongs to the broker with node id 1, not 7",
  );
  const text = readFileSync(join(dataDir, "meta.properties"), "utf8");
  writeFileSync(join(dataDir, "meta.properties"), text.replace("version=1", "version=0"));
  await expect(startBroker({ dataDir })).rejects.toThrow("meta.properties is malformed");
});

test("folders that belong to no topic are set aside, not deleted", async () => {
  await visit(async (_, broker) => broker.createTopic("orders"));
  const other = mkdtempSync(join(tmpdir(), "other-"));
  try {
    const kept = dataDir;
    dataDir = other;
    await visit(async (connection, broker) => {
      await broker.createTopic("stranger");
      await produce(connection, "stranger", records("precious"));
    });
    dataDir = kept;
    cpSync(join(other, "stranger-0"), join(kept, "stranger-0"), { recursive: true });
    await visit(async (_, broker) => expect(broker.topic("stranger")).toBeUndefined());
    expect(readdirSync(kept).find((name) => name.startsWith("stranger-0."))).toMatch(/^stranger-0\.\S{22}-stray$/);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test("a topic created by a client is on disk before the client hears of it", async () => {
  const broker = await startBroker({ dataDir });
  running = broker;
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "visitor");
  await connection.request(CreateTopics, 5, {
    topics: [{ name: "orders", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1000,
  });
  const log = readdirSync(join(dataDir, "__cluster_metadata-0")).find((name) => name.endsWith(".log")) ?? "";
  expect(readFileSync(join(dataDir, "__cluster_metadata-0", log)).includes("orders")).toBe(true);
  connection.close();
});
