import { api, array, bool, int16, int32, int8, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const ConsumerGroupDescribeRequest = message("ConsumerGroupDescribeRequest", { versions: "0-1", flexible: "0+" }, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
});
export type ConsumerGroupDescribeRequest = Infer<typeof ConsumerGroupDescribeRequest>;

const consumerGroupDescribeResponseTopicPartitions = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
};

const consumerGroupDescribeResponseAssignment = {
  topicPartitions: array(consumerGroupDescribeResponseTopicPartitions),
};

export const ConsumerGroupDescribeResponse = message("ConsumerGroupDescribeResponse", { versions: "0-1", flexible: "0+" }, {
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
      instanceId: nullable(string).default(null),
      rackId: nullable(string).default(null),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: nullable(string).default(null),
      assignment: struct(consumerGroupDescribeResponseAssignment),
      targetAssignment: struct(consumerGroupDescribeResponseAssignment),
      memberType: int8.in("1+").default(-1).ignorable,
    }),
    authorizedOperations: int32.default(-2147483648),
  }),
});
export type ConsumerGroupDescribeResponse = Infer<typeof ConsumerGroupDescribeResponse>;

/** API 69. */
export const ConsumerGroupDescribe = api(69, "ConsumerGroupDescribe", { request: ConsumerGroupDescribeRequest, response: ConsumerGroupDescribeResponse, throttleFrom: 0 });
