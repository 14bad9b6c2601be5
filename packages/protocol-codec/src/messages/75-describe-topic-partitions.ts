import { api, array, bool, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const DescribeTopicPartitionsRequest = message("DescribeTopicPartitionsRequest", { versions: "0", flexible: "0+" }, {
  topics: array({
    name: string,
  }),
  responsePartitionLimit: int32.default(2000),
  cursor: nullable(struct({
    topicName: string,
    partitionIndex: int32,
  })).default(null),
});
export type DescribeTopicPartitionsRequest = Infer<typeof DescribeTopicPartitionsRequest>;

export const DescribeTopicPartitionsResponse = message("DescribeTopicPartitionsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32.ignorable,
  topics: array({
    errorCode: int16,
    name: nullable(string),
    topicId: uuid.ignorable,
    isInternal: bool.ignorable,
    partitions: array({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32.default(-1).ignorable,
      replicaNodes: array(int32),
      isrNodes: array(int32),
      eligibleLeaderReplicas: nullable(array(int32)).default(null),
      lastKnownElr: nullable(array(int32)).default(null),
      offlineReplicas: array(int32).ignorable,
    }),
    topicAuthorizedOperations: int32.default(-2147483648),
  }),
  nextCursor: nullable(struct({
    topicName: string,
    partitionIndex: int32,
  })).default(null),
});
export type DescribeTopicPartitionsResponse = Infer<typeof DescribeTopicPartitionsResponse>;

/** API 75. */
export const DescribeTopicPartitions = api(75, "DescribeTopicPartitions", { request: DescribeTopicPartitionsRequest, response: DescribeTopicPartitionsResponse, throttleFrom: 0 });
