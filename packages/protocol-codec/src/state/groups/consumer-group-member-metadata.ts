import { array, bytes, int32, message, nullable, string, struct, type Infer } from "../../schema/index.js";

/** What a member of a consumer group says of itself (KIP-848): the key. */
export const ConsumerGroupMemberMetadataKey = message(
  "ConsumerGroupMemberMetadataKey",
  { versions: "0", flexible: "none", recordType: 5 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ConsumerGroupMemberMetadataKey = Infer<typeof ConsumerGroupMemberMetadataKey>;

/** What a member of a consumer group says of itself (KIP-848): the value. */
export const ConsumerGroupMemberMetadataValue = message(
  "ConsumerGroupMemberMetadataValue",
  { versions: "0", flexible: "0+", recordType: 5 },
  () => ({
    /** The name of a static member, or null for a dynamic one. */
    instanceId: nullable(string),
    /** The rack of the member, or null. */
    rackId: nullable(string),
    /** The client id that the member states. */
    clientId: string,
    /** The address from which the member joined. */
    clientHost: string,
    /** The topics that the member reads from. */
    subscribedTopicNames: array(string),
    /** The expression for topics that the member reads from, or null. */
    subscribedTopicRegex: nullable(string),
    /** For how long the group waits for the member in a rebalance; -1 for the session timeout. */
    rebalanceTimeoutMs: int32.default(-1),
    /** The assignor that the member wishes, or null for no preference. */
    serverAssignor: nullable(string),
    /** What is kept of a member that joined with the classic protocol; null for others. */
    classicMemberMetadata: nullable(
      struct({
        /** After how long without a heartbeat the member is removed. */
        sessionTimeoutMs: int32,
        /** The assignors that the member offers with its subscription to each. */
        supportedProtocols: array({
          /** The name of the assignor. */
          name: string,
          /** The member's subscription as the embedded consumer protocol encodes it. */
          metadata: bytes,
        }),
      }),
    ).tag(0, "0+"),
  }),
);
export type ConsumerGroupMemberMetadataValue = Infer<typeof ConsumerGroupMemberMetadataValue>;
