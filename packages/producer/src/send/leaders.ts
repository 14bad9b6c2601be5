import type { Cluster } from "@moldau/connection-pool";

/** Node id of the broker that leads a partition, as far as is known; -1 when none does, or nothing is known. */
export function leaderOf(cluster: Pick<Cluster, "cachedTopic">, topic: string, partition: number): number {
  return cluster.cachedTopic(topic)?.partitions[partition]?.leader ?? -1;
}
