import { array, bytes, int32, message, nullable, string, struct, type Infer } from "../../schema/index.js";

export const ConsumerGroupMemberMetadataKey = message("ConsumerGroupMemberMetadataKey", { versions: "0", flexible: "none", recordType: 5 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ConsumerGroupMemberMetadataKey = Infer<typeof ConsumerGroupMemberMetadataKey>;

export const ConsumerGroupMemberMetadataValue = message("ConsumerGroupMemberMetadataValue", { versions: "0", flexible: "0+", recordType: 5 }, {
  instanceId: nullable(string),
  rackId: nullable(string),
  clientId: string,
  clientHost: string,
  subscribedTopicNames: array(string),
  subscribedTopicRegex: nullable(string),
  rebalanceTimeoutMs: int32.default(-1),
  serverAssignor: nullable(string),
  classicMemberMetadata: nullable(struct({
    sessionTimeoutMs: int32,
    supportedProtocols: array({
      name: string,
      metadata: bytes,
    }),
  })).default(null).tag(0, "0+"),
});
export type ConsumerGroupMemberMetadataValue = Infer<typeof ConsumerGroupMemberMetadataValue>;
