import { api, array, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

/** The request of ConsumerGroupHeartbeat. */
export const ConsumerGroupHeartbeatRequest = message(
  "ConsumerGroupHeartbeatRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The id of the member. */
    memberId: string,
    /** The epoch of the member: 0 to join, -1 to leave, -2 when a static member leaves for a while. */
    memberEpoch: int32,
    /** The name of a static member, or null for a dynamic one. */
    instanceId: nullable(string).default(null),
    /** The rack of the member, or null. */
    rackId: nullable(string).default(null),
    /** For how long the group waits for the member to give up partitions; -1 when it has not changed. */
    rebalanceTimeoutMs: int32.default(-1),
    /** The topics that the member reads from, or null when they have not changed. */
    subscribedTopicNames: nullable(array(string)).default(null),
    /** The expression for topics that the member reads from, or null. */
    subscribedTopicRegex: nullable(string).in("1+").default(null),
    /** The assignor that the member wishes, or null for no preference. */
    serverAssignor: nullable(string).default(null),
    /** The partitions that the member has, or null when they have not changed. */
    topicPartitions: nullable(
      array({
        /** The topic's id. */
        topicId: uuid,
        /** The partitions. */
        partitions: array(int32),
      }),
    ).default(null),
  }),
);
export type ConsumerGroupHeartbeatRequest = Infer<typeof ConsumerGroupHeartbeatRequest>;

const topicPartitions = {
  /** The topic's id. */
  topicId: uuid,
  /** The partitions. */
  partitions: array(int32),
};

/** The response of ConsumerGroupHeartbeat. */
export const ConsumerGroupHeartbeatResponse = message(
  "ConsumerGroupHeartbeatResponse",
  { versions: "0-1", flexible: "0+" },
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
export type ConsumerGroupHeartbeatResponse = Infer<typeof ConsumerGroupHeartbeatResponse>;

/** Joins, keeps and leaves a group of the newer protocol, and hands out assignments (KIP-848). */
export const ConsumerGroupHeartbeat = api(68, "ConsumerGroupHeartbeat", {
  request: ConsumerGroupHeartbeatRequest,
  response: ConsumerGroupHeartbeatResponse,
  throttleFrom: 0,
});
