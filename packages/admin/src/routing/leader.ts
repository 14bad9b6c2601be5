import { brokerError, type Cluster, type OperationOptions, type PartitionMetadata } from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { newsMs } from "./news.js";
import { apart, type Route } from "./route.js";

/** A partition by its topic's name and its number. */
export interface NamedPartition {
  /** The topic's name. */
  readonly topic: string;
  /** Its number in the topic, from 0 on. */
  readonly partition: number;
}

/** The broker that leads the partition that an item is about. */
export const leader: Route<NamedPartition> = {
  refusals: new Set([
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.LEADER_NOT_AVAILABLE,
    ErrorCode.REPLICA_NOT_AVAILABLE,
    ErrorCode.FENCED_LEADER_EPOCH,
    ErrorCode.UNKNOWN_LEADER_EPOCH,
    ErrorCode.OFFSET_NOT_AVAILABLE,
    ErrorCode.KAFKA_STORAGE_ERROR,
  ]),
  find: (cluster, items, wait) =>
    apart(items, async ({ topic, partition }) => {
      const found = await partitionOf(cluster, { topic, partition }, wait);
      if (!found) throw brokerError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, { topic, partition });
      if (found.leader < 0) throw brokerError(ErrorCode.LEADER_NOT_AVAILABLE, { topic, partition });
      return found.leader;
    }),
  forget: (cluster, items) => cluster.refreshTopics(new Set(items.map(({ topic }) => topic))),
};

/** What is known of a partition. One that is missing is asked for anew first: the topic may have grown since it was last read. */
async function partitionOf(
  cluster: Cluster,
  { topic, partition }: NamedPartition,
  wait: OperationOptions,
): Promise<PartitionMetadata | undefined> {
  const isIt = (one: PartitionMetadata): boolean => one.partition === partition;
  if (cluster.cachedTopic(topic) === undefined) await cluster.refreshTopics([topic], wait);
  const timeoutMs = Math.min(newsMs, wait.timeoutMs ?? newsMs);
  const known = (await cluster.topic(topic, { ...wait, timeoutMs })).partitions.find(isIt);
  if (known) return known;
  await cluster.refreshTopics([topic], wait);
  return cluster.cachedTopic(topic)?.partitions.find(isIt);
}
