import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of LeaveGroup. */
export const LeaveGroupRequest = message("LeaveGroupRequest", { versions: "0-5", flexible: "4+" }, () => ({
  /** The group id. */
  groupId: string,
  /** The id of the member. */
  memberId: string.in("0-2"),
  /** The members. */
  members: array({
    /** The id of the member. */
    memberId: string.in("3+"),
    /** The name of a static member, or null for a dynamic one. */
    groupInstanceId: nullable(string).in("3+").default(null),
    /** Why it is done, for the broker's log; or null. */
    reason: nullable(string).in("5+").default(null).ignorable,
  }).in("3+"),
}));
export type LeaveGroupRequest = Infer<typeof LeaveGroupRequest>;

/** The response of LeaveGroup. */
export const LeaveGroupResponse = message("LeaveGroupResponse", { versions: "0-5", flexible: "4+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The members. */
  members: array({
    /** The id of the member. */
    memberId: string.in("3+"),
    /** The name of a static member, or null for a dynamic one. */
    groupInstanceId: nullable(string).in("3+"),
    /** Kafka's error code; 0 for none. */
    errorCode: int16.in("3+"),
  }).in("3+"),
}));
export type LeaveGroupResponse = Infer<typeof LeaveGroupResponse>;
/** One member of a response of LeaveGroup. */
export type LeaveGroupResponseMember = LeaveGroupResponse["members"][number];

/** Takes members out of a group at once, instead of after their session timeout. */
export const LeaveGroup = api(13, "LeaveGroup", {
  request: LeaveGroupRequest,
  response: LeaveGroupResponse,
  throttleFrom: 2,
});
