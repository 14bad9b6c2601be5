import { array, message, nullable, string, type Infer } from "../../schema/index.js";

export const ShareGroupMemberMetadataKey = message("ShareGroupMemberMetadataKey", { versions: "0", flexible: "none", recordType: 10 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ShareGroupMemberMetadataKey = Infer<typeof ShareGroupMemberMetadataKey>;

export const ShareGroupMemberMetadataValue = message("ShareGroupMemberMetadataValue", { versions: "0", flexible: "0+", recordType: 10 }, {
  rackId: nullable(string),
  clientId: string,
  clientHost: string,
  subscribedTopicNames: array(string),
});
export type ShareGroupMemberMetadataValue = Infer<typeof ShareGroupMemberMetadataValue>;
