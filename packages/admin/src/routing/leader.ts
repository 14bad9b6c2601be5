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

/**
 * The broker that leads the partition that an item is about. An operation that goes this way doubts UNKNOWN_TOPIC_OR_PARTITION: a topic that has
 * grown since it was last looked at is looked at again.
 */
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

/** What is known of a partition; for a topic that is not known, news are waited for. */
async function partitionOf(
  cluster: Cluster,
  { topic, partition }: NamedPartition,
  wait: OperationOptions,
): Promise<PartitionMetadata | undefined> {
  // Whether a broker answers at all may take the operation's whole time; whether it knows the topic does not.
  if (cluster.cachedTopic(topic) === undefined) await cluster.refreshTopics([topic], wait);
  const timeoutMs = Math.min(newsMs, wait.timeoutMs ?? newsMs);
  const { partitions } = await cluster.topic(topic, { ...wait, timeoutMs });
  return partitions.find((one) => one.partition === partition);
}
