import { api, array, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of SyncGroup. */
export const SyncGroupRequest = message("SyncGroupRequest", { versions: "0-5", flexible: "4+" }, () => ({
  /** The group id. */
  groupId: string,
  /** The generation of the group in which the member is, -1 for none. */
  generationId: int32,
  /** The id of the member. */
  memberId: string,
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("3+").default(null),
  /** The kind of the group, `consumer` for consumers. */
  protocolType: nullable(string).in("5+").default(null).ignorable,
  /** The assignor that the group has chosen. */
  protocolName: nullable(string).in("5+").default(null).ignorable,
  /** The assignments that the leader has computed; empty from the other members. */
  assignments: array({
    /** The id of the member. */
    memberId: string,
    /** The member's assignment as the embedded consumer protocol encodes it. */
    assignment: bytes,
  }),
}));
export type SyncGroupRequest = Infer<typeof SyncGroupRequest>;

/** The response of SyncGroup. */
export const SyncGroupResponse = message("SyncGroupResponse", { versions: "0-5", flexible: "4+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The kind of the group, `consumer` for consumers. */
  protocolType: nullable(string).in("5+").default(null).ignorable,
  /** The assignor that the group has chosen. */
  protocolName: nullable(string).in("5+").default(null).ignorable,
  /** The member's assignment as the embedded consumer protocol encodes it. */
  assignment: bytes,
}));
export type SyncGroupResponse = Infer<typeof SyncGroupResponse>;

/** Hands the leader's assignment in, and gives every member its own. */
export const SyncGroup = api(14, "SyncGroup", {
  request: SyncGroupRequest,
  response: SyncGroupResponse,
  throttleFrom: 2,
});
