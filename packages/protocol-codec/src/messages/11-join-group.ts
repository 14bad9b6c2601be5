import { api, array, bool, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of JoinGroup. */
export const JoinGroupRequest = message("JoinGroupRequest", { versions: "0-9", flexible: "6+" }, () => ({
  /** The group id. */
  groupId: string,
  /** After how long without a heartbeat the member is removed. */
  sessionTimeoutMs: int32,
  /** For how long the group waits for the member in a rebalance; -1 for the session timeout. */
  rebalanceTimeoutMs: int32.in("1+").default(-1).ignorable,
  /** The id of the member, empty when it has none yet. */
  memberId: string,
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("5+").default(null),
  /** The kind of the group, `consumer` for consumers. */
  protocolType: string,
  /** The assignors that the member offers with its subscription to each, the preferred one first. */
  protocols: array({
    /** The name of the assignor. */
    name: string,
    /** The member's subscription as the embedded consumer protocol encodes it. */
    metadata: bytes,
  }),
  /** Why it is done, for the broker's log; or null. */
  reason: nullable(string).in("8+").default(null).ignorable,
}));
export type JoinGroupRequest = Infer<typeof JoinGroupRequest>;

/** The response of JoinGroup. */
export const JoinGroupResponse = message("JoinGroupResponse", { versions: "0-9", flexible: "6+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("2+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The generation of the group in which the member is, -1 for none. */
  generationId: int32.default(-1),
  /** The kind of the group, `consumer` for consumers. */
  protocolType: nullable(string).in("7+").default(null).ignorable,
  /** The assignor that the group has chosen. */
  protocolName: nullable(string, "7+"),
  /** The member id of the group's leader. */
  leader: string,
  /** Whether the leader need not compute an assignment. */
  skipAssignment: bool.in("9+"),
  /** The id of the member. */
  memberId: string,
  /** The members with their subscriptions, for the leader; empty for the others. */
  members: array({
    /** The id of the member. */
    memberId: string,
    /** The name of a static member, or null for a dynamic one. */
    groupInstanceId: nullable(string).in("5+").default(null).ignorable,
    /** The member's subscription as the embedded consumer protocol encodes it. */
    metadata: bytes,
  }),
}));
export type JoinGroupResponse = Infer<typeof JoinGroupResponse>;

/** Makes a consumer a member of a group, and begins or joins a rebalance; answered when all members are there. */
export const JoinGroup = api(11, "JoinGroup", {
  request: JoinGroupRequest,
  response: JoinGroupResponse,
  throttleFrom: 3,
});
