import { Uuid, writeBatch } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { expect, test } from "vitest";
import { defaultLogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import { MemoryStorage } from "../storage/memory.js";
import { Partition, type PartitionWatcher } from "./partition.js";

const topicId = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");

/** A partition that leads with these replicas in sync, in epoch 4. */
async function leading(
  isr: readonly number[],
): Promise<{ partition: Partition; clock: VirtualClock; log: PartitionLog }> {
  const clock = new VirtualClock();
  const of = { topic: "orders", partition: 0, topicId };
  const log = await PartitionLog.open({
    storage: new MemoryStorage(),
    dir: "orders-0",
    config: defaultLogConfig,
    clock,
    ...of,
  });
  const partition = new Partition({ ...of, clock });
  partition.pass({ type: "lead", leadership: { nodeId: 1, leaderEpoch: 4, replicas: [1, 2, 3], isr } });
  partition.pass({ type: "opened", log });
  return { partition, clock, log };
}

const records = (): Buffer => writeBatch({}, [{ value: "a" }, { value: "b" }]);
const append = (partition: Partition) => partition.append(records(), { origin: "client" });

test("a leader that has the partition alone has replicated what it has written", async () => {
  const { partition } = await leading([1]);
  const { lastOffset } = await append(partition);
  expect(partition.highWatermark).toBe(2n);
  await partition.whenReplicated(lastOffset + 1n, { timeoutMs: 0 });
});

test("records are visible when every replica in sync has them, and whoever waits for that hears it then", async () => {
  const { partition } = await leading([1, 2, 3]);
  await append(partition);
  expect([partition.logEndOffset, partition.highWatermark]).toEqual([2n, 0n]);
  let isReplicated = false;
  const waiting = partition.whenReplicated(2n, { timeoutMs: 1000 }).then(() => (isReplicated = true));
  partition.pass({ type: "replicaAt", nodeId: 2, end: 2n });
  await Promise.resolve();
  expect([isReplicated, partition.highWatermark]).toEqual([false, 0n]);
  partition.pass({ type: "replicaAt", nodeId: 3, end: 1n });
  expect(partition.highWatermark).toBe(1n);
  partition.pass({ type: "replicaAt", nodeId: 3, end: 2n });
  await waiting;
  expect([isReplicated, partition.highWatermark]).toEqual([true, 2n]);
});

test("a leader that is left alone goes on by itself", async () => {
  const { partition } = await leading([1, 2]);
  await append(partition);
  partition.pass({ type: "lead", leadership: { nodeId: 1, leaderEpoch: 5, replicas: [1, 2], isr: [1] } });
  expect(partition.highWatermark).toBe(2n);
  await append(partition);
  expect(partition.highWatermark).toBe(4n);
});

test("whoever waits for replicas is told when the time is up, and when the broker leads no longer", async () => {
  const { partition, clock } = await leading([1, 2]);
  await append(partition);
  const reasonOf = (waiting: Promise<void>): Promise<unknown> => waiting.catch((error: unknown) => error);
  const late = reasonOf(partition.whenReplicated(2n, { timeoutMs: 30 }));
  await clock.advance(30);
  expect(await late).toMatchObject({ code: "REQUEST_TIMED_OUT" });
  const moved = reasonOf(partition.whenReplicated(2n, { timeoutMs: 30 }));
  partition.pass({ type: "resign" });
  expect(await moved).toMatchObject({ code: "NOT_LEADER_OR_FOLLOWER" });
  expect(clock.armed).toBe(0);
});

test("records are stamped with the epoch of the leader, and a writer of another epoch is refused", async () => {
  const { partition, log } = await leading([1]);
  await append(partition);
  expect(log.latestLeaderEpoch).toBe(4);
  await partition.append(records(), { origin: "coordinator", leaderEpoch: 4 });
  await expect(partition.append(records(), { origin: "coordinator", leaderEpoch: 3 })).rejects.toMatchObject({
    code: "NOT_LEADER_OR_FOLLOWER",
  });
  expect(partition.logEndOffset).toBe(4n);
});

test("a partition that is not led says why, whatever is asked of it", async () => {
  const { partition } = await leading([1]);
  const refusals = async (): Promise<readonly unknown[]> =>
    (
      await Promise.allSettled([append(partition), partition.read(0n, { maxBytes: 1 }), partition.deleteBefore(0n)])
    ).map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "done"));
  partition.pass({ type: "resign" });
  expect(await refusals()).toEqual(Array(3).fill("NOT_LEADER_OR_FOLLOWER"));
  expect(() => partition.highWatermark).toThrow("orders-0 is not led by this broker");
  const leadership = { nodeId: 1, leaderEpoch: 9, replicas: [1], isr: [1] };
  partition.pass({ type: "lead", leadership });
  expect(await refusals()).toEqual(Array(3).fill("NOT_LEADER_OR_FOLLOWER"));
  partition.pass({ type: "failed" });
  expect(await refusals()).toEqual(Array(3).fill("KAFKA_STORAGE_ERROR"));
  partition.pass({ type: "remove" });
  expect(await refusals()).toEqual(Array(3).fill("UNKNOWN_TOPIC_OR_PARTITION"));
});

test("watchers are told of every change until they are taken off, also of the last one", async () => {
  const { partition } = await leading([1]);
  const seen: [boolean, number][] = [];
  const watcher: PartitionWatcher = {
    changed: ({ isLed }) => seen.push([isLed, isLed ? partition.visibleBytes(false) : -1]),
  };
  const base = partition.visibleBytes(false);
  partition.watch(watcher);
  await append(partition);
  partition.pass({ type: "resign" });
  partition.unwatch(watcher);
  partition.pass({ type: "remove" });
  expect(seen).toEqual([
    [true, base + records().length],
    [false, -1],
  ]);
});
