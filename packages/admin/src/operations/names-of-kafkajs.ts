import type { OtherNames } from "@moldau/connection-pool";

/** What stands for kafkajs's options of `createTopics`, and of a topic in them, here. */
export const createTopicsNames: OtherNames = {
  configEntries: 'is configs here, as in configs: { "cleanup.policy": "compact" }',
  numPartitions: "is partitions here",
  replicaAssignment: "is assignments here: for each partition the node ids of its replicas",
  waitForLeaders: "has no counterpart: whoever sends or reads waits for the leaders of a new topic",
};
