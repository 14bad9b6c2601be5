import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const LeaveGroupRequest = message("LeaveGroupRequest", { versions: "0-5", flexible: "4+" }, {
  groupId: string,
  memberId: string.in("0-2"),
  members: array({
    memberId: string.in("3+"),
    groupInstanceId: nullable(string).in("3+").default(null),
    reason: nullable(string).in("5+").default(null).ignorable,
  }).in("3+"),
});
export type LeaveGroupRequest = Infer<typeof LeaveGroupRequest>;

export const LeaveGroupResponse = message("LeaveGroupResponse", { versions: "0-5", flexible: "4+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16,
  members: array({
    memberId: string.in("3+"),
    groupInstanceId: nullable(string).in("3+"),
    errorCode: int16.in("3+"),
  }).in("3+"),
});
export type LeaveGroupResponse = Infer<typeof LeaveGroupResponse>;

/** API 13. */
export const LeaveGroup = api(13, "LeaveGroup", { request: LeaveGroupRequest, response: LeaveGroupResponse, throttleFrom: 2 });
