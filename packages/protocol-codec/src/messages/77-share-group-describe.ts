import { api, array, bool, int16, int32, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const ShareGroupDescribeRequest = message("ShareGroupDescribeRequest", { versions: "1", flexible: "0+" }, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
});
export type ShareGroupDescribeRequest = Infer<typeof ShareGroupDescribeRequest>;

const shareGroupDescribeResponseTopicPartitions = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
};

const shareGroupDescribeResponseAssignment = {
  topicPartitions: array(shareGroupDescribeResponseTopicPartitions),
};

export const ShareGroupDescribeResponse = message("ShareGroupDescribeResponse", { versions: "1", flexible: "0+" }, {
  throttleTimeMs: int32,
  groups: array({
    errorCode: int16,
    errorMessage: nullable(string).default(null),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    assignorName: string,
    members: array({
      memberId: string,
      rackId: nullable(string).default(null),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      assignment: struct(shareGroupDescribeResponseAssignment),
    }),
    authorizedOperations: int32.default(-2147483648),
  }),
});
export type ShareGroupDescribeResponse = Infer<typeof ShareGroupDescribeResponse>;

/** API 77. */
export const ShareGroupDescribe = api(77, "ShareGroupDescribe", { request: ShareGroupDescribeRequest, response: ShareGroupDescribeResponse, throttleFrom: 1 });
