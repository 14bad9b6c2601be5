import {
  api,
  array,
  bool,
  int16,
  int32,
  message,
  nullable,
  string,
  struct,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of DescribeTopicPartitions. */
export const DescribeTopicPartitionsRequest = message(
  "DescribeTopicPartitionsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
    }),
    /** The most partitions in one answer. */
    responsePartitionLimit: int32.default(2000),
    /** Where to go on from, or null to begin at the start. */
    cursor: nullable(
      struct({
        /** The topic's name. */
        topicName: string,
        /** The partition's number. */
        partitionIndex: int32,
      }),
    ).default(null),
  }),
);
export type DescribeTopicPartitionsRequest = Infer<typeof DescribeTopicPartitionsRequest>;

/** The response of DescribeTopicPartitions. */
export const DescribeTopicPartitionsResponse = message(
  "DescribeTopicPartitionsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32.ignorable,
    /** The topics. */
    topics: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The topic's name. */
      name: nullable(string),
      /** The topic's id. */
      topicId: uuid.ignorable,
      /** Whether the topic is one of Kafka's own. */
      isInternal: bool.ignorable,
      /** The partitions. */
      partitions: array({
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The partition's number. */
        partitionIndex: int32,
        /** The node id of the leader, -1 when there is none. */
        leaderId: int32,
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32.default(-1).ignorable,
        /** The replicas, the preferred leader first. */
        replicaNodes: array(int32),
        /** The replicas in sync. */
        isrNodes: array(int32),
        /** The replicas that may be elected although they are not in sync; null when there are none. */
        eligibleLeaderReplicas: nullable(array(int32)).default(null),
        /** The replicas that were the last ones eligible; null when there are none. */
        lastKnownElr: nullable(array(int32)).default(null),
        /** The replicas on brokers or disks that are down. */
        offlineReplicas: array(int32).ignorable,
      }),
      /** The operations on the topic allowed to the user, a bit each; -2147483648 when they were not asked for. */
      topicAuthorizedOperations: int32.default(-2147483648),
    }),
    /** Where the next request goes on from, or null at the end. */
    nextCursor: nullable(
      struct({
        /** The topic's name. */
        topicName: string,
        /** The partition's number. */
        partitionIndex: int32,
      }),
    ).default(null),
  }),
);
export type DescribeTopicPartitionsResponse = Infer<typeof DescribeTopicPartitionsResponse>;
/** One topic of a response of DescribeTopicPartitions. */
export type DescribeTopicPartitionsResponseTopic = DescribeTopicPartitionsResponse["topics"][number];

/** Describes topics page by page (KIP-966). */
export const DescribeTopicPartitions = api(75, "DescribeTopicPartitions", {
  request: DescribeTopicPartitionsRequest,
  response: DescribeTopicPartitionsResponse,
  throttleFrom: 0,
});
