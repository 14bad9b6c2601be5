import { array, int32, message, nullable, string, struct, uint16, type Infer } from "../../schema/index.js";

/** What a member of a streams group says of itself (KIP-1071): the key. */
export const StreamsGroupMemberMetadataKey = message(
  "StreamsGroupMemberMetadataKey",
  { versions: "0", flexible: "none", recordType: 19 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type StreamsGroupMemberMetadataKey = Infer<typeof StreamsGroupMemberMetadataKey>;

const keyValue = {
  /** The key. */
  key: string,
  /** The value. */
  value: string,
};

const endpoint = {
  /** The host name or address. */
  host: string,
  /** The port. */
  port: uint16,
};

/** What a member of a streams group says of itself (KIP-1071): the value. */
export const StreamsGroupMemberMetadataValue = message(
  "StreamsGroupMemberMetadataValue",
  { versions: "0", flexible: "0+", recordType: 19 },
  () => ({
    /** The name of a static member, or null for a dynamic one. */
    instanceId: nullable(string),
    /** The rack of the member, or null. */
    rackId: nullable(string),
    /** The client id that the member states. */
    clientId: string,
    /** The address from which the member joined. */
    clientHost: string,
    /** For how long the group waits for the member in a rebalance; -1 for the session timeout. */
    rebalanceTimeoutMs: int32.default(-1),
    /** The epoch of the topology. */
    topologyEpoch: int32,
    /** The id of the process that runs the member. */
    processId: string,
    /** Where the member answers queries from others, or null. */
    userEndpoint: nullable(struct(endpoint)).default(null),
    /** Tags of the client, for assignments that look at racks. */
    clientTags: array(keyValue),
  }),
);
export type StreamsGroupMemberMetadataValue = Infer<typeof StreamsGroupMemberMetadataValue>;
