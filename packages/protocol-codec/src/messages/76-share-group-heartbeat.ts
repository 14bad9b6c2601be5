import { api, array, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const ShareGroupHeartbeatRequest = message("ShareGroupHeartbeatRequest", { versions: "1", flexible: "0+" }, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  rackId: nullable(string).default(null),
  subscribedTopicNames: nullable(array(string)).default(null),
});
export type ShareGroupHeartbeatRequest = Infer<typeof ShareGroupHeartbeatRequest>;

const shareGroupHeartbeatResponseTopicPartitions = {
  topicId: uuid,
  partitions: array(int32),
};

export const ShareGroupHeartbeatResponse = message("ShareGroupHeartbeatResponse", { versions: "1", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  memberId: nullable(string).default(null),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: nullable(struct({
    topicPartitions: array(shareGroupHeartbeatResponseTopicPartitions),
  })).default(null),
});
export type ShareGroupHeartbeatResponse = Infer<typeof ShareGroupHeartbeatResponse>;

/** API 76. */
export const ShareGroupHeartbeat = api(76, "ShareGroupHeartbeat", { request: ShareGroupHeartbeatRequest, response: ShareGroupHeartbeatResponse, throttleFrom: 1 });
