import {
  coordinatorPartition,
  Fetch,
  FindCoordinator,
  Heartbeat,
  InitProducerId,
  ListOffsets,
  Metadata,
  Produce,
  readBatches,
  stampProducer,
  writeBatch,
} from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RawConnection } from "../support/raw-connection.js";

let broker: ReferenceBroker;
const connections: RawConnection[] = [];

beforeEach(async () => {
  broker = await startBroker({ brokers: 3, topics: [{ topic: "orders", partitions: 6 }] });
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await broker.close();
});

async function to(nodeId: number): Promise<RawConnection> {
  const at = broker.brokers.findIndex((each) => each.nodeId === nodeId);
  const connection = await RawConnection.open(broker.bootstrapServers[at] ?? "", `to-${nodeId}`);
  connections.push(connection);
  return connection;
}

const leaderOf = (partition: number): number => broker.topic("orders")?.partitions[partition]?.leader ?? -1;
const otherThan = (nodeId: number): number => (nodeId % 3) + 1;

async function produce(
  connection: RawConnection,
  partition: number,
  version = 12,
  records = writeBatch({}, [{ value: "v" }]),
) {
  const topicData = [{ name: "orders", partitionData: [{ index: partition, records }] }];
  return connection.request(Produce, version, { acks: -1, timeoutMs: 1000, topicData });
}

test("partitions are spread evenly, and every broker tells the same", async () => {
  const leaders = broker.topic("orders")?.partitions.map(({ leader }) => leader) ?? [];
  for (const nodeId of [1, 2, 3]) expect(leaders.filter((leader) => leader === nodeId)).toHaveLength(2);
  const told = await Promise.all(
    [1, 2, 3].map(async (nodeId) => (await to(nodeId)).request(Metadata, 12, { topics: null })),
  );
  for (const answer of told) expect(answer).toEqual(told[0]);
  expect(told[0]).toMatchObject({
    controllerId: 1,
    clusterId: broker.clusterId,
    brokers: [{ nodeId: 1 }, { nodeId: 2 }, { nodeId: 3 }],
  });
});

test("who asks the wrong broker is told the leader and where it is", async () => {
  const leader = leaderOf(0);
  const wrong = await to(otherThan(leader));
  const endpoint = broker.brokers.find(({ nodeId }) => nodeId === leader)?.listeners["PLAINTEXT"];
  const produced = await produce(wrong, 0);
  expect(produced.responses[0]?.partitionResponses[0]).toMatchObject({
    errorCode: 6,
    currentLeader: { leaderId: leader, leaderEpoch: 0 },
  });
  expect(produced.nodeEndpoints).toMatchObject([{ nodeId: leader, ...endpoint }]);
  for (let version = 3; version < 10; version++) {
    const { responses } = await produce(wrong, 0, version);
    expect(responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 6, currentLeader: { leaderId: -1 } });
  }
  for (let version = 4; version < 13; version++) {
    const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }];
    const { responses } = await wrong.request(Fetch, version, { topics: [{ topic: "orders", partitions }] });
    expect(responses[0]?.partitions[0]).toMatchObject({ errorCode: 6 });
  }
  const topicId = broker.topic("orders")?.id;
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }];
  const fetched = await wrong.request(Fetch, 16, {
    maxWaitMs: 5000,
    topics: [{ ...(topicId && { topicId }), partitions }],
  });
  expect(fetched.responses[0]?.partitions[0]).toMatchObject({ errorCode: 6, currentLeader: { leaderId: leader } });
  expect(fetched.nodeEndpoints).toMatchObject([{ nodeId: leader, ...endpoint }]);
  const offsets = await wrong.request(ListOffsets, 7, {
    topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });
  expect(offsets.topics[0]?.partitions[0]?.errorCode).toBe(6);
});

test("a partition that moves takes its records, its offsets and its producers along", async () => {
  const from = leaderOf(0);
  const target = otherThan(from);
  const { producerId } = await (
    await to(from)
  ).request(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 });
  const stamped = (value: string, baseSequence: number): Buffer => {
    const records = writeBatch({}, [{ value }]);
    stampProducer(records, { producerId, producerEpoch: 0, baseSequence });
    return records;
  };
  await produce(await to(from), 0, 12, stamped("first", 0));
  const changed = broker.waitFor("leaderChanged");
  await broker.moveLeader("orders", 0, target);
  expect(await changed).toEqual({ topic: "orders", partition: 0, leader: target, leaderEpoch: 1 });
  const moved = await to(target);
  const again = await produce(moved, 0, 12, stamped("first", 0));
  expect(again.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0n });
  const next = await produce(moved, 0, 12, stamped("second", 1));
  expect(next.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 1n });
  const partitions = [{ partition: 0, currentLeaderEpoch: 1, fetchOffset: 0n, partitionMaxBytes: 10_000 }];
  const { responses } = await moved.request(Fetch, 12, { topics: [{ topic: "orders", partitions }] });
  const batches = [...readBatches(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0))];
  expect(batches.map((batch) => [...batch].map(({ value }) => String(value)))).toEqual([["first"], ["second"]]);
  expect(batches.map(({ partitionLeaderEpoch }) => partitionLeaderEpoch)).toEqual([0, 1]);
  expect((await produce(await to(from), 0)).responses[0]?.partitionResponses[0]).toMatchObject({
    errorCode: 6,
    currentLeader: { leaderId: target, leaderEpoch: 1 },
  });
});

test("a client that knows an old leader epoch is fenced, one that is ahead is told to wait", async () => {
  const target = otherThan(leaderOf(0));
  await broker.moveLeader("orders", 0, target);
  const connection = await to(target);
  const { id: topicId } = broker.topic("orders") ?? {};
  const fetch = async (version: number, currentLeaderEpoch: number): Promise<unknown> => {
    const partitions = [{ partition: 0, currentLeaderEpoch, fetchOffset: 0n, partitionMaxBytes: 1 }];
    const topic = version >= 13 && topicId !== undefined ? { topicId } : { topic: "orders" };
    const { responses } = await connection.request(Fetch, version, { minBytes: 0, topics: [{ ...topic, partitions }] });
    return responses[0]?.partitions[0];
  };
  expect(await fetch(16, 0)).toMatchObject({ errorCode: 74, currentLeader: { leaderId: target, leaderEpoch: 1 } });
  for (const version of [9, 11, 12, 15]) {
    expect(await fetch(version, 0)).toMatchObject({ errorCode: 74, currentLeader: { leaderId: -1 } });
  }
  expect(await fetch(12, 1)).toMatchObject({ errorCode: 0 });
  expect(await fetch(12, 2)).toMatchObject({ errorCode: 75 });
});

test("a group has its coordinator where its partition of __consumer_offsets is led, and follows it", async () => {
  const find = async (): Promise<number> =>
    (await (await to(1)).request(FindCoordinator, 3, { key: "readers" })).nodeId;
  const heartbeat = async (nodeId: number): Promise<number> =>
    (await (await to(nodeId)).request(Heartbeat, 4, { groupId: "readers", memberId: "nobody", generationId: 1 }))
      .errorCode;
  const partition = coordinatorPartition("readers", 50);
  const first = await find();
  expect(first).toBe(broker.topic("__consumer_offsets")?.partitions[partition]?.leader);
  const [unknownMember, notCoordinator] = [25, 16];
  expect(await heartbeat(first)).toBe(unknownMember);
  expect(await heartbeat(otherThan(first))).toBe(notCoordinator);
  const second = otherThan(first);
  await broker.moveLeader("__consumer_offsets", partition, second);
  expect(await find()).toBe(second);
  expect(await heartbeat(second)).toBe(unknownMember);
  expect(await heartbeat(first)).toBe(notCoordinator);
});

test("producer ids are given out once in the whole cluster", async () => {
  const ids = await Promise.all(
    [1, 2, 3].map(async (nodeId) => {
      const connection = await to(nodeId);
      const given: bigint[] = [];
      for (let count = 0; count < 1100; count++) {
        given.push(
          (await connection.request(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 })).producerId,
        );
      }
      return given;
    }),
  );
  expect(new Set(ids.flat()).size).toBe(3300);
});

test("any broker creates a topic, and all know it at once", async () => {
  await (await to(3)).request(Metadata, 9, { topics: [{ name: "made-by-asking" }], allowAutoTopicCreation: true });
  for (const nodeId of [1, 2, 3]) {
    const { topics } = await (
      await to(nodeId)
    ).request(Metadata, 9, { topics: [{ name: "made-by-asking" }], allowAutoTopicCreation: false });
    expect(topics[0]).toMatchObject({ errorCode: 0, partitions: [{ errorCode: 0 }] });
  }
});
