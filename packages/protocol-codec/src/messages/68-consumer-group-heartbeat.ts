import { api, array, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const ConsumerGroupHeartbeatRequest = message("ConsumerGroupHeartbeatRequest", { versions: "0-1", flexible: "0+" }, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  instanceId: nullable(string).default(null),
  rackId: nullable(string).default(null),
  rebalanceTimeoutMs: int32.default(-1),
  subscribedTopicNames: nullable(array(string)).default(null),
  subscribedTopicRegex: nullable(string).in("1+").default(null),
  serverAssignor: nullable(string).default(null),
  topicPartitions: nullable(array({
    topicId: uuid,
    partitions: array(int32),
  })).default(null),
});
export type ConsumerGroupHeartbeatRequest = Infer<typeof ConsumerGroupHeartbeatRequest>;

const consumerGroupHeartbeatResponseTopicPartitions = {
  topicId: uuid,
  partitions: array(int32),
};

export const ConsumerGroupHeartbeatResponse = message("ConsumerGroupHeartbeatResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  memberId: nullable(string).default(null),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: nullable(struct({
    topicPartitions: array(consumerGroupHeartbeatResponseTopicPartitions),
  })).default(null),
});
export type ConsumerGroupHeartbeatResponse = Infer<typeof ConsumerGroupHeartbeatResponse>;

/** API 68. */
export const ConsumerGroupHeartbeat = api(68, "ConsumerGroupHeartbeat", { request: ConsumerGroupHeartbeatRequest, response: ConsumerGroupHeartbeatResponse, throttleFrom: 0 });
