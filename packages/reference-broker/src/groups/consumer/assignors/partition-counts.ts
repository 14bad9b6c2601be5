import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../../../coordination/coordinator-error.js";
import type { TopicDescriber } from "./assignor.js";

/** How many partitions a topic has that somebody reads. Throws a CoordinatorError when there is no such topic. */
export function partitionCountOf(topics: TopicDescriber, topicId: string): number {
  const count = topics.partitionCount(topicId);
  if (count >= 0) return count;
  throw new CoordinatorError(ErrorCode.UNKNOWN_SERVER_ERROR, {
    message: `Members are subscribed to topic ${topicId} which doesn't exist in the topic metadata.`,
  });
}
