import { ErrorCode } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";
import { ShardTable, type TableShard } from "./shard-table.js";

/** A shard that notes what is asked of it. */
class NotingShard implements TableShard {
  readonly calls: string[] = [];

  load(): Promise<void> {
    this.calls.push("load");
    return Promise.resolve();
  }

  raiseLeaderEpoch(epoch: number): void {
    this.calls.push(`epoch ${epoch}`);
  }

  close(): Promise<void> {
    this.calls.push("close");
    return Promise.resolve();
  }
}

function tableOf(partitions: number): ShardTable<NotingShard> {
  return new ShardTable({ open: () => new NotingShard(), partitions: () => partitions });
}

test("a key is served by the shard of its partition, from the gain of the leadership to its loss", async () => {
  const table = tableOf(1);
  expect(() => table.of("billing")).toThrow(expect.objectContaining({ errorCode: ErrorCode.NOT_COORDINATOR }));
  await table.onLeader(0, new MemoryGroupLog(), 3);
  const shard = table.of("billing");
  await table.onLeader(0, new MemoryGroupLog(), 4);
  expect(table.of("billing")).toBe(shard);
  await table.onLeaderLost(0);
  expect(shard.calls).toEqual(["load", "epoch 4", "close"]);
  expect(() => table.of("billing")).toThrow(expect.objectContaining({ errorCode: ErrorCode.NOT_COORDINATOR }));
});

test("keys are sorted by partition, each once, in a time that grows with their number", () => {
  const keys = Array.from({ length: 200_000 }, (_, index) => `group-${index % 150_000}`);
  const before = process.cpuUsage();
  const groups = tableOf(1).byPartition(keys);
  const { user } = process.cpuUsage(before);
  expect(groups.map(({ length }) => length)).toEqual([150_000]);
  expect(user / 1000).toBeLessThan(2000);
  const spread = tableOf(50).byPartition(keys);
  expect(new Set(spread.flat()).size).toBe(150_000);
  for (const group of spread) expect(new Set(group.map((key) => tableOf(50).partitionOf(key))).size).toBe(1);
});

test("closing drops every shard, once", async () => {
  const table = tableOf(2);
  await table.onLeader(0, new MemoryGroupLog(), 1);
  await table.onLeader(1, new MemoryGroupLog(), 1);
  const shards = table.all();
  await table.close();
  await table.close();
  expect(shards.map(({ calls }) => calls)).toEqual([
    ["load", "close"],
    ["load", "close"],
  ]);
  expect(table.all()).toEqual([]);
});
