import { array, message, nullable, string, type Infer } from "../../schema/index.js";

/** What a member of a share group says of itself (KIP-932): the key. */
export const ShareGroupMemberMetadataKey = message(
  "ShareGroupMemberMetadataKey",
  { versions: "0", flexible: "none", recordType: 10 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ShareGroupMemberMetadataKey = Infer<typeof ShareGroupMemberMetadataKey>;

/** What a member of a share group says of itself (KIP-932): the value. */
export const ShareGroupMemberMetadataValue = message(
  "ShareGroupMemberMetadataValue",
  { versions: "0", flexible: "0+", recordType: 10 },
  () => ({
    /** The rack of the member, or null. */
    rackId: nullable(string),
    /** The client id that the member states. */
    clientId: string,
    /** The address from which the member joined. */
    clientHost: string,
    /** The topics that the member reads from. */
    subscribedTopicNames: array(string),
  }),
);
export type ShareGroupMemberMetadataValue = Infer<typeof ShareGroupMemberMetadataValue>;
