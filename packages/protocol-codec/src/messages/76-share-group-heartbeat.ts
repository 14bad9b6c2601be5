import { api, array, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

/** The request of ShareGroupHeartbeat. */
export const ShareGroupHeartbeatRequest = message(
  "ShareGroupHeartbeatRequest",
  { versions: "1", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The id of the member. */
    memberId: string,
    /** The epoch of the member: 0 to join, -1 to leave. */
    memberEpoch: int32,
    /** The rack of the member, or null. */
    rackId: nullable(string).default(null),
    /** The topics that the member reads from, or null when they have not changed. */
    subscribedTopicNames: nullable(array(string)).default(null),
  }),
);
export type ShareGroupHeartbeatRequest = Infer<typeof ShareGroupHeartbeatRequest>;

const topicPartitions = {
  /** The topic's id. */
  topicId: uuid,
  /** The partitions. */
  partitions: array(int32),
};

/** The response of ShareGroupHeartbeat. */
export const ShareGroupHeartbeatResponse = message(
  "ShareGroupHeartbeatResponse",
  { versions: "1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).default(null),
    /** The id of the member. */
    memberId: nullable(string).default(null),
    /** The epoch of the member. */
    memberEpoch: int32,
    /** How often the member is to send a heartbeat. */
    heartbeatIntervalMs: int32,
    /** The new assignment, or null when it has not changed. */
    assignment: nullable(
      struct({
        /** The partitions, by topic. */
        topicPartitions: array(topicPartitions),
      }),
    ).default(null),
  }),
);
export type ShareGroupHeartbeatResponse = Infer<typeof ShareGroupHeartbeatResponse>;

/** Joins, keeps and leaves a share group (KIP-932). */
export const ShareGroupHeartbeat = api(76, "ShareGroupHeartbeat", {
  request: ShareGroupHeartbeatRequest,
  response: ShareGroupHeartbeatResponse,
  throttleFrom: 1,
});
