import { array, bytes, int32, int64, message, nullable, string, type Infer } from "../../schema/index.js";

/** A classic group in one generation: the key. */
export const GroupMetadataKey = message("GroupMetadataKey", { versions: "0", flexible: "none", recordType: 2 }, () => ({
  /** The group id. */
  group: string.in("0"),
}));
export type GroupMetadataKey = Infer<typeof GroupMetadataKey>;

const memberMetadata = {
  /** The id of the member. */
  memberId: string,
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("3+").default(null).ignorable,
  /** The client id that the member states. */
  clientId: string,
  /** The address from which the member joined. */
  clientHost: string,
  /** For how long the group waits for the member in a rebalance, in milliseconds. */
  rebalanceTimeout: int32.in("1+").default(-1).ignorable,
  /** After how long without a heartbeat the member is removed, in milliseconds. */
  sessionTimeout: int32,
  /** The member's subscription as the embedded consumer protocol encodes it. */
  subscription: bytes,
  /** The member's assignment as the embedded consumer protocol encodes it. */
  assignment: bytes,
};

/** A classic group in one generation: the value. */
export const GroupMetadataValue = message(
  "GroupMetadataValue",
  { versions: "0-4", flexible: "4+", recordType: 2 },
  () => ({
    /** The kind of the group, `consumer` for consumers. */
    protocolType: string,
    /** The generation of the group. */
    generation: int32,
    /** The assignor that the group has chosen, or null. */
    protocol: nullable(string),
    /** The member id of the group's leader, or null. */
    leader: nullable(string),
    /** When the group came into its state, in milliseconds since 1970; -1 when it is not known. */
    currentStateTimestamp: int64.in("2+").default(-1n).ignorable,
    /** The members. */
    members: array(memberMetadata),
  }),
);
export type GroupMetadataValue = Infer<typeof GroupMetadataValue>;
