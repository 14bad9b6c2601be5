import { clusterRecords } from "./records.js";
import { noLeader, type ClusterState, type PartitionState } from "./state.js";

/**
 * The records that give every partition a leader that serves, where one of its replicas in sync does: the first of them in the order of
 * preference. Elsewhere nobody leads until one comes back. Who leads and serves goes on.
 */
export function electLeaders(cluster: ClusterState, isServing: (nodeId: number) => boolean): readonly Buffer[] {
  return [...cluster.topics()].flatMap((topic) =>
    topic.partitions.flatMap((state) => {
      const elected = election(state, isServing);
      return elected === undefined
        ? []
        : [clusterRecords.partitionChange.write({ partitionId: state.partition, topicId: topic.id, ...elected })];
    }),
  );
}

/** What changes for one partition; undefined when nothing does. The last replica in sync stays in sync although it does not serve. */
function election(
  { leader, replicas, isr }: PartitionState,
  isServing: (nodeId: number) => boolean,
): { readonly leader?: number; readonly isr?: readonly number[] } | undefined {
  const inSync = isr.filter(isServing);
  const next = isServing(leader) ? leader : (replicas.find((nodeId) => inSync.includes(nodeId)) ?? noLeader);
  const shrinks = inSync.length > 0 && inSync.length < isr.length;
  if (next === leader && !shrinks) return undefined;
  return { ...(next === leader ? {} : { leader: next }), ...(shrinks ? { isr: inSync } : {}) };
}
