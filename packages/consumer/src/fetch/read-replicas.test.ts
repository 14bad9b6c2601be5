import { systemClock } from "@moldau/connection-pool";
import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { AssignedPartition } from "../partitions/assigned-partition.js";
import { ReadReplicas } from "./read-replicas.js";

function setUp({ rackId }: { rackId?: string } = { rackId: "rack-b" }) {
  const time = { now: 0 };
  const replicas = new ReadReplicas({
    clock: { ...systemClock, monotonic: () => time.now },
    rackId,
    maxAgeMs: 60_000,
  });
  const partition = new AssignedPartition("orders", 0);
  partition.lineage.ledBy({ node: 1, epoch: 3, topicId: Uuid.zero });
  return { time, replicas, partition };
}

describe("the broker that a partition is read from", () => {
  it("is the replica that the leader named, until the leader has to be asked anew", () => {
    const { time, replicas, partition } = setUp();
    expect(replicas.nodeOf(partition)).toBe(1);
    replicas.follow(partition, 2);
    expect(replicas.nodeOf(partition)).toBe(2);
    time.now = 59_999;
    expect([replicas.takeExpired(), replicas.nodeOf(partition)]).toEqual([false, 2]);
    time.now = 60_000;
    expect([replicas.takeExpired(), replicas.nodeOf(partition), replicas.takeExpired()]).toEqual([true, 1, false]);
  });

  it("is the leader once the replica failed, who is asked without a rack for half a minute", () => {
    const { time, replicas, partition } = setUp();
    const other = new AssignedPartition("orders", 1);
    replicas.follow(partition, 2);
    expect(replicas.leave(partition, 1)).toBe(false);
    expect(replicas.leave(partition, 2)).toBe(true);
    expect([replicas.nodeOf(partition), replicas.leave(partition, 2)]).toEqual([1, false]);
    expect([replicas.rackFor([other, partition]), replicas.rackFor([other])]).toEqual(["", "rack-b"]);
    time.now = 30_000;
    expect(replicas.rackFor([other, partition])).toBe("rack-b");
  });

  it("is the leader once the replica's broker is none of the cluster any more", () => {
    const { replicas, partition } = setUp();
    replicas.follow(partition, 2);
    replicas.keep(partition, (node) => node < 3);
    expect(replicas.nodeOf(partition)).toBe(2);
    replicas.keep(partition, (node) => node !== 2);
    expect(replicas.nodeOf(partition)).toBe(1);
    expect(replicas.rackFor([partition])).toBe("rack-b");
  });

  it("is the leader where the client has no rack", () => {
    const { replicas, partition } = setUp({});
    expect(replicas.rackFor([partition])).toBe("");
  });
});
