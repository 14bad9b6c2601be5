import type { Change } from "./controller.js";
import { clusterRecords } from "./records.js";
import type { ClusterState } from "./state.js";

/** Plans that another broker leads a partition, and holds it. Throws a RangeError with a sentence when there is no such partition or broker. */
export function moveLeader(
  cluster: ClusterState,
  { topic, partition, to }: { readonly topic: string; readonly partition: number; readonly to: number },
): Change<void> {
  const found = cluster.topic(topic);
  const state = found?.partitions[partition];
  if (found === undefined || state === undefined)
    throw new RangeError(`there is no partition ${topic}-${partition} to move`);
  const broker = cluster.broker(to);
  if (broker === undefined || broker.fenced)
    throw new RangeError(`there is no running broker with node id ${to} to lead ${topic}-${partition}`);
  if (!cluster.isServing(state.leader))
    throw new RangeError(
      `nobody leads ${topic}-${partition} now: start the broker ${state.replicas.join(" or ")}, which has its records, before it is moved`,
    );
  if (state.leader === to) return { records: [], answer: undefined };
  const record = clusterRecords.partitionChange.write({
    partitionId: partition,
    topicId: found.id,
    leader: to,
    replicas: [to],
    isr: [to],
  });
  return { records: [record], answer: undefined };
}
