import { Uuid, writeBatch, writeTransactionMarker } from "@moldau/protocol-codec";
import { turns, VirtualClock } from "moldau-testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { newPartition } from "../cluster/create-topics.js";
import { clusterRecords, decodeClusterRecord } from "../cluster/records.js";
import { ClusterState } from "../cluster/state.js";
import { defaultLogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import { Partition } from "../partitions/partition.js";
import { MemoryStorage } from "../storage/memory.js";
import type { FetchPosition } from "./fetch-session.js";
import { longPoll, type LongPollOptions } from "./long-poll.js";

const topicId = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");

/** A broker that leads so many partitions of "orders", with these replicas in sync. */
async function start(count: number, isr: readonly number[] = [1]) {
  const clock = new VirtualClock();
  const storage = new MemoryStorage();
  const cluster = new ClusterState("cluster");
  const records = [
    clusterRecords.topic.write({ name: "orders", topicId }),
    ...Array.from({ length: count }, (_, partition) => newPartition(topicId, partition, [1])),
  ];
  for (const record of records.map(decodeClusterRecord)) if (record !== undefined) cluster.apply(record);
  const partitions = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const of = { topic: "orders", partition: number, topicId };
      const dir = `orders-${number}`;
      const log = await PartitionLog.open({ storage, dir, config: defaultLogConfig, clock, ...of });
      const partition = new Partition({ ...of, clock });
      partition.pass({ type: "lead", leadership: { nodeId: 1, leaderEpoch: 0, replicas: [1, 2], isr } });
      partition.pass({ type: "opened", log });
      return { partition, log };
    }),
  );
  const aborting = new AbortController();
  onTestFinished(() => aborting.abort());
  const broker = {
    nodeId: 1,
    cluster,
    clock,
    partitions: {
      checkpoint: () => Promise.resolve(),
      get: (_: string, number: number) => partitions[number]?.partition,
    },
  };
  const poll = (wanted: readonly (number | FetchPosition)[], options: Partial<LongPollOptions> = {}) =>
    longPoll(
      broker,
      wanted.map((one) => (typeof one === "number" ? positionIn(one) : one)),
      {
        minBytes: 1,
        maxWaitMs: 10_000,
        maxBytes: 1 << 20,
        committedOnly: false,
        usesTopicIds: false,
        tellsLeaders: false,
        signal: aborting.signal,
        ...options,
      },
    );
  const at = (number: number) => {
    const found = partitions[number];
    if (found === undefined) throw new RangeError(`there is no partition ${number}`);
    return found;
  };
  return { clock, poll, at };
}

function positionIn(partition: number): FetchPosition {
  return {
    topic: "orders",
    topicId: Uuid.zero,
    partition,
    fetchOffset: 0n,
    maxBytes: 1 << 20,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  };
}

const batch = (): Buffer => writeBatch({}, [{ value: "a" }]);
const batchBytes = batch().length;
const append = (partition: Partition) => partition.append(batch(), { origin: "client" });

/** Whether a poll is answered by now. */
function watch<T>(polled: Promise<T>): { readonly isAnswered: () => boolean; readonly answer: Promise<T> } {
  let isAnswered = false;
  const answer = polled.finally(() => (isAnswered = true));
  return { isAnswered: () => isAnswered, answer };
}

test("an append costs each fetch that waits for its partition one look, however many others that waits for", async () => {
  const [fetches, each] = [50, 500];
  const { poll, at } = await start(fetches + each);
  const connections = Array.from({ length: fetches }, () => new AbortController());
  // Every fetch waits for 500 partitions; partition 499 is the last that all of them name.
  const parked = connections.map(({ signal }, first) =>
    poll(
      Array.from({ length: each }, (__, index) => first + index),
      { minBytes: 1 << 20, signal },
    ),
  );
  for (let turn = 0; turn < 20; turn++) await turns();
  const looks = vi.spyOn(Partition.prototype, "visibleBytes");
  onTestFinished(() => looks.mockRestore());
  await append(at(499).partition);
  expect(looks).toHaveBeenCalledTimes(fetches);
  await append(at(0).partition);
  expect(looks).toHaveBeenCalledTimes(fetches + 1);
  for (const connection of connections) connection.abort();
  await Promise.all(parked);
});

test("a fetch is answered when what can be seen in all of its partitions is enough", async () => {
  const { poll, at } = await start(3);
  const { isAnswered, answer } = watch(poll([0, 1], { minBytes: 2 * batchBytes }));
  await turns();
  await append(at(0).partition);
  await append(at(2).partition);
  await turns();
  expect(isAnswered()).toBe(false);
  await append(at(1).partition);
  expect((await answer).sizeInBytes).toBe(2 * batchBytes);
});

test("records that are not replicated wake nobody, and do when they are", async () => {
  const { poll, at } = await start(1, [1, 2]);
  const { partition } = at(0);
  const { isAnswered, answer } = watch(poll([0]));
  const looked = vi.spyOn(partition, "read");
  await turns();
  const before = looked.mock.calls.length;
  await append(partition);
  await turns();
  expect([isAnswered(), looked.mock.calls.length]).toEqual([false, before]);
  partition.pass({ type: "replicaAt", nodeId: 2, end: 1n });
  expect((await answer).sizeInBytes).toBe(batchBytes);
});

test.each(["COMMIT", "ABORT"] as const)(
  "a reader of committed records is not woken within a transaction, and by its %s gets that and what stands behind it",
  async (end) => {
    const { poll, at } = await start(1);
    const { partition } = at(0);
    const header = { producerId: 1n, producerEpoch: 0 };
    const committed = watch(poll([0], { committedOnly: true }));
    const looked = vi.spyOn(partition, "read");
    await turns();
    await partition.append(writeBatch({ ...header, isTransactional: true }, [{ value: "a" }]), {
      origin: "coordinator",
    });
    await append(partition);
    await turns();
    expect([committed.isAnswered(), looked.mock.calls.length]).toEqual([false, 0]);
    expect((await poll([0])).fetched[0]?.nextOffset).toBe(2n);
    await partition.append(writeTransactionMarker(end, { ...header, coordinatorEpoch: 0, timestamp: 1 }), {
      origin: "coordinator",
    });
    const [fetched] = (await committed.answer).fetched;
    expect(fetched?.nextOffset).toBe(3n);
    expect(fetched?.result).toMatchObject({
      highWatermark: 3n,
      lastStableOffset: 3n,
      abortedTransactions: end === "ABORT" ? [{ producerId: 1n, firstOffset: 0n }] : [],
    });
  },
);

test("what is appended while the partitions are being read is not missed", async () => {
  const { poll, at } = await start(2);
  const read = at(1).partition.read.bind(at(1).partition);
  vi.spyOn(at(1).partition, "read").mockImplementationOnce(async (offset, options) => {
    const found = await read(offset, options);
    // Partition 0 was read before this one, and had nothing.
    await append(at(0).partition);
    return found;
  });
  expect((await poll([0, 1])).sizeInBytes).toBe(batchBytes);
});

test("a partition that is led no longer, or lost the offset, is told at once; without news the time is waited out", async () => {
  const { poll, at, clock } = await start(3);
  const moved = poll([0]);
  const patient = watch(poll([2], { maxWaitMs: 500 }));
  await turns();
  at(0).partition.pass({ type: "resign" });
  const [{ result } = { result: undefined }] = (await moved).fetched;
  expect(result?.errorCode).toBe(6);
  await append(at(1).partition);
  const cut = poll([{ ...positionIn(1), fetchOffset: 1n }]);
  await turns();
  await at(1).log.truncateTo(0n);
  expect((await cut).isUrgent).toBe(true);
  expect(patient.isAnswered()).toBe(false);
  await clock.advance(500);
  expect((await patient.answer).sizeInBytes).toBe(0);
  expect(clock.armed).toBe(0);
});

test("leaves nobody watching, however it ends: by records, by the time, or because nobody waits for the answer", async () => {
  const watches = vi.spyOn(Partition.prototype, "watch");
  const unwatches = vi.spyOn(Partition.prototype, "unwatch");
  onTestFinished(() => void vi.restoreAllMocks());
  const { clock, poll, at } = await start(3);
  const leaving = new AbortController();
  const polls = [poll([0, 1]), poll([1, 2], { maxWaitMs: 500 }), poll([2], { signal: leaving.signal })];
  await turns();
  expect(watches).toHaveBeenCalledTimes(5);
  await at(0).partition.append(writeBatch({}, [{ value: "a" }]), { origin: "client" });
  await clock.advance(500);
  leaving.abort();
  await Promise.all(polls);
  const pairs = (calls: typeof watches | typeof unwatches) =>
    calls.mock.contexts.map((partition, index) => [partition, calls.mock.calls[index]?.[0]]);
  expect(pairs(unwatches)).toEqual(expect.arrayContaining(pairs(watches)));
  expect(unwatches).toHaveBeenCalledTimes(5);
});
