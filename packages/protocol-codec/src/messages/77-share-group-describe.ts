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

/** The request of ShareGroupDescribe. */
export const ShareGroupDescribeRequest = message(
  "ShareGroupDescribeRequest",
  { versions: "1", flexible: "0+" },
  () => ({
    /** The groups to describe. */
    groupIds: array(string),
    /** Whether to say which operations are allowed to the user. */
    includeAuthorizedOperations: bool,
  }),
);
export type ShareGroupDescribeRequest = Infer<typeof ShareGroupDescribeRequest>;

const topicPartitions = {
  /** The topic's id. */
  topicId: uuid,
  /** The topic's name. */
  topicName: string,
  /** The partitions. */
  partitions: array(int32),
};

const assignment = {
  /** The partitions, by topic. */
  topicPartitions: array(topicPartitions),
};

/** The response of ShareGroupDescribe. */
export const ShareGroupDescribeResponse = message(
  "ShareGroupDescribeResponse",
  { versions: "1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The groups. */
    groups: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).default(null),
      /** The group id. */
      groupId: string,
      /** The state of the group, by name. */
      groupState: string,
      /** The epoch of the group. */
      groupEpoch: int32,
      /** The epoch of the group's target assignment. */
      assignmentEpoch: int32,
      /** The assignor in use. */
      assignorName: string,
      /** The members. */
      members: array({
        /** The id of the member. */
        memberId: string,
        /** The rack of the member, or null. */
        rackId: nullable(string).default(null),
        /** The epoch of the member. */
        memberEpoch: int32,
        /** The client id that the member states. */
        clientId: string,
        /** The address from which the member joined. */
        clientHost: string,
        /** The topics that the member reads from. */
        subscribedTopicNames: array(string),
        /** What the member has at the moment. */
        assignment: struct(assignment),
      }),
      /** The operations allowed to the user, a bit each; -2147483648 when they were not asked for. */
      authorizedOperations: int32.default(-2147483648),
    }),
  }),
);
export type ShareGroupDescribeResponse = Infer<typeof ShareGroupDescribeResponse>;

/** Describes share groups. */
export const ShareGroupDescribe = api(77, "ShareGroupDescribe", {
  request: ShareGroupDescribeRequest,
  response: ShareGroupDescribeResponse,
  throttleFrom: 1,
});
