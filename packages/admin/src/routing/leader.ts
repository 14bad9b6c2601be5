import { ErrorCode, kafkaError } from "@moldau/protocol-codec";
import { apart, type Route } from "./route.js";

/** The broker that leads the partition that an item is about. */
export const leader: Route<{ readonly topic: string; readonly partition: number }> = {
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
      const { partitions } = await cluster.topic(topic, wait);
      const found = partitions.find((one) => one.partition === partition);
      if (!found) throw kafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, { topic, partition });
      if (found.leader < 0) throw kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, { topic, partition });
      return found.leader;
    }),
  forget: (cluster, items) => cluster.refreshTopics(new Set(items.map(({ topic }) => topic))),
};
