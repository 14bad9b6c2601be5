import { Uuid } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { electLeaders } from "./elections.js";
import { clusterRecords, decodeClusterRecord } from "./records.js";
import { ClusterState } from "./state.js";

const topicId = Uuid.parse("MUaJjxJdS2GE8rBWecGcbQ");

/** The cluster with one partition, before and after the election among those who serve. */
function elect(
  partition: { readonly leader: number; readonly replicas: readonly number[]; readonly isr: readonly number[] },
  serving: readonly number[],
) {
  const cluster = new ClusterState("cluster");
  const apply = (record: Buffer): void => {
    const decoded = decodeClusterRecord(record);
    if (decoded !== undefined) cluster.apply(decoded);
  };
  apply(clusterRecords.topic.write({ name: "orders", topicId }));
  apply(clusterRecords.partition.write({ partitionId: 0, topicId, leaderEpoch: 5, partitionEpoch: 0, ...partition }));
  for (const record of electLeaders(cluster, (nodeId) => serving.includes(nodeId))) apply(record);
  const { leader, leaderEpoch, isr } = cluster.partition("orders", 0) ?? { leader: NaN, leaderEpoch: NaN, isr: [] };
  return { leader, leaderEpoch, isr };
}

test.each([
  [
    "goes on while it serves",
    { leader: 1, replicas: [1, 2], isr: [1, 2] },
    [1, 2],
    { leader: 1, leaderEpoch: 5, isr: [1, 2] },
  ],
  [
    "goes on although it is not preferred",
    { leader: 2, replicas: [1, 2], isr: [1, 2] },
    [1, 2],
    { leader: 2, leaderEpoch: 5, isr: [1, 2] },
  ],
  [
    "goes on without the replicas that do not serve",
    { leader: 1, replicas: [1, 2], isr: [1, 2] },
    [1],
    { leader: 1, leaderEpoch: 5, isr: [1] },
  ],
  [
    "is followed by the next in sync",
    { leader: 1, replicas: [1, 3, 2], isr: [2, 1, 3] },
    [2, 3],
    { leader: 3, leaderEpoch: 6, isr: [2, 3] },
  ],
  [
    "is not followed by one out of sync",
    { leader: 1, replicas: [1, 2], isr: [1] },
    [2],
    { leader: -1, leaderEpoch: 6, isr: [1] },
  ],
  [
    "is missed until it comes back",
    { leader: -1, replicas: [1], isr: [1] },
    [2],
    { leader: -1, leaderEpoch: 5, isr: [1] },
  ],
  [
    "leads again when it comes back",
    { leader: -1, replicas: [1], isr: [1] },
    [1, 2],
    { leader: 1, leaderEpoch: 6, isr: [1] },
  ],
])("a leader %s", (_, partition, serving, expected) => {
  expect(elect(partition, serving)).toEqual(expected);
});
