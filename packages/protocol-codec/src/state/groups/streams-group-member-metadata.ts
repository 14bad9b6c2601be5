import { array, int32, message, nullable, string, struct, uint16, type Infer } from "../../schema/index.js";

export const StreamsGroupMemberMetadataKey = message("StreamsGroupMemberMetadataKey", { versions: "0", flexible: "none", recordType: 19 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type StreamsGroupMemberMetadataKey = Infer<typeof StreamsGroupMemberMetadataKey>;

const keyValueFields = {
  key: string,
  value: string,
};

const endpointFields = {
  host: string,
  port: uint16,
};

export const StreamsGroupMemberMetadataValue = message("StreamsGroupMemberMetadataValue", { versions: "0", flexible: "0+", recordType: 19 }, {
  instanceId: nullable(string),
  rackId: nullable(string),
  clientId: string,
  clientHost: string,
  rebalanceTimeoutMs: int32.default(-1),
  topologyEpoch: int32,
  processId: string,
  userEndpoint: nullable(struct(endpointFields)).default(null),
  clientTags: array(keyValueFields),
});
export type StreamsGroupMemberMetadataValue = Infer<typeof StreamsGroupMemberMetadataValue>;
