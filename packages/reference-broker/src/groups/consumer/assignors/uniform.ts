import type { TopicPartitions } from "../topic-partitions.js";
import type { AssignedGroup, ServerAssignor, TopicDescriber } from "./assignor.js";
import { shareAlike } from "./uniform-alike.js";
import { shareByTopic } from "./uniform-by-topic.js";

/**
 * Shares partitions out evenly, and leaves members what they have as far as that allows: Apache Kafka's UniformAssignor, and the
 * default of next-generation groups.
 */
export const uniformAssignor: ServerAssignor = {
  name: "uniform",
  assign(group: AssignedGroup, topics: TopicDescriber): ReadonlyMap<string, TopicPartitions> {
    return group.isHomogeneous ? shareAlike(group, topics) : shareByTopic(group, topics);
  },
};
