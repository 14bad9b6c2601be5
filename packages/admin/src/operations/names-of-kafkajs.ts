import type { OtherNames } from "@moldau/connection-pool";

/** What stands for kafkajs's options of `createTopics`, and of a topic in them, here. */
export const createTopicsNames: OtherNames = {
  configEntries: 'is configs here, as in configs: { "cleanup.policy": "compact" }',
  numPartitions: "is partitions here",
  replicaAssignment: "is assignments here: for each partition the node ids of its replicas",
  waitForLeaders: "has no counterpart: whoever sends or reads waits for the leaders of a new topic",
};

/** What stands for kafkajs's options of `createPartitions`, and of a topic in them, here. */
export const createPartitionsNames: OtherNames = {
  count: "is partitions here: how many there are to be in the end",
  timeout: "is timeoutMs here",
  topicPartitions: 'is topics here, as in topics: [{ topic: "orders", partitions: 24 }]',
};

/** What stands for kafkajs's options of `describeConfigs` here. */
export const describeConfigsNames: OtherNames = {
  configNames: "is names here, for all topics and brokers of the call",
  resources: 'is topics, brokers and groups here, as in topics: ["orders"]',
};

/** What stands for kafkajs's options of `alterConfigs`, and of a resource in them, here. */
export const alterConfigsNames: OtherNames = {
  configEntries: 'is set here, as in set: { "retention.ms": 86_400_000 }; what is not named stays as it is',
  name: "is topic, broker or group here",
  resources:
    'is topics, brokers and groups here, as in topics: [{ topic: "orders", set: { "retention.ms": 86_400_000 } }]',
  type: "has no counterpart: topics, brokers and groups are lists of their own",
};

/** What stands for options of kafkajs's `deleteTopicRecords`, and of a partition in them, here. */
export const deleteRecordsNames: OtherNames = {
  offset: 'is before here, a bigint, or "latest" where kafkajs has -1',
  topic: 'is part of each partition here, as in partitions: [{ topic: "orders", partition: 0, before: 100n }]',
};

/** What stands for options of kafkajs's `fetchTopicOffsets` and `fetchTopicOffsetsByTimestamp` in `listOffsets`. */
export const listOffsetsNames: OtherNames = {
  timestamp: "is at here",
  topic: 'is topics here, as in topics: ["orders"], or part of each partition',
};

/** What stands for options of kafkajs's `fetchOffsets` in `listGroupOffsets`. */
export const listGroupOffsetsNames: OtherNames = {
  groupId: 'is groups here, as in groups: ["billing"]',
  resolveOffsets: "has no counterpart: listOffsets tells where partitions begin and end",
};

/** What stands for options of kafkajs's `setOffsets`, and of a partition in them, in `alterGroupOffsets`. */
export const alterGroupOffsetsNames: OtherNames = {
  groupId: "is group here",
  partitions: 'is offsets here, as in offsets: [{ topic: "orders", partition: 0, offset: 100n }]',
  topic: "is part of each of the offsets here",
};

/** What stands for options of kafkajs's `resetOffsets` in `resetGroupOffsets`. */
export const resetGroupOffsetsNames: OtherNames = {
  earliest: 'is to here: "earliest", or "latest"',
  groupId: "is group here",
  topic: 'is topics here, as in topics: ["orders"]',
};
