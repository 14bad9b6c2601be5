import type { ClusterState } from "./state.js";

/** Where the replicas of new partitions go. */
export type Placement = { readonly replicas: readonly (readonly number[])[] } | { readonly problem: string };

/**
 * Spreads partitions over the brokers that serve, one after the other in the order of node ids, beginning anywhere.
 *
 * Difference from Apache Kafka: a partition has one replica. More are refused, also where there are brokers enough, because nothing would
 * keep the others in step yet.
 */
export function placePartitions(
  cluster: ClusterState,
  {
    count,
    replicationFactor,
    random,
  }: { readonly count: number; readonly replicationFactor: number; readonly random: () => number },
): Placement {
  const nodeIds = servingBrokers(cluster);
  if (replicationFactor > nodeIds.length) {
    const reason = `The target replication factor of ${replicationFactor} cannot be reached because only ${nodeIds.length} broker(s) are registered.`;
    return { problem: `Unable to replicate the partition ${replicationFactor} time(s): ${reason}` };
  }
  if (replicationFactor > 1) {
    return {
      problem: `Unable to replicate the partition ${replicationFactor} time(s): this broker keeps one replica of each partition. Ask for 1, or -1.`,
    };
  }
  const start = Math.floor(random() * nodeIds.length);
  return { replicas: Array.from({ length: count }, (_, index) => [nodeIds[(start + index) % nodeIds.length] ?? -1]) };
}

/** Says in Kafka's words what is wrong with the replicas that a request chose for one partition; undefined when nothing is. */
export function assignmentProblem(cluster: ClusterState, brokerIds: readonly number[]): string | undefined {
  if (brokerIds.length === 0) return "The manual partition assignment includes an empty replica list.";
  const serving = servingBrokers(cluster);
  const unknown = brokerIds.find((id) => !serving.includes(id));
  if (unknown !== undefined)
    return `The manual partition assignment includes broker ${unknown}, but no such broker is registered.`;
  const twice = brokerIds.find((id, index) => brokerIds.indexOf(id) !== index);
  if (twice !== undefined) return `The manual partition assignment includes the broker ${twice} more than once.`;
  if (brokerIds.length > 1)
    return "The manual partition assignment includes more than one replica: this broker keeps one of each partition.";
  return undefined;
}

/** Node ids of the brokers that can lead partitions, in ascending order. */
export function servingBrokers(cluster: ClusterState): readonly number[] {
  return [...cluster.brokers()]
    .filter(({ fenced }) => !fenced)
    .map(({ nodeId }) => nodeId)
    .sort((left, right) => left - right);
}
