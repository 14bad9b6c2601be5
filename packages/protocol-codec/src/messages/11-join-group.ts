import { api, array, bool, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const JoinGroupRequest = message("JoinGroupRequest", { versions: "0-9", flexible: "6+" }, {
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: int32.in("1+").default(-1).ignorable,
  memberId: string,
  groupInstanceId: nullable(string).in("5+").default(null),
  protocolType: string,
  protocols: array({
    name: string,
    metadata: bytes,
  }),
  reason: nullable(string).in("8+").default(null).ignorable,
});
export type JoinGroupRequest = Infer<typeof JoinGroupRequest>;

export const JoinGroupResponse = message("JoinGroupResponse", { versions: "0-9", flexible: "6+" }, {
  throttleTimeMs: int32.in("2+").ignorable,
  errorCode: int16,
  generationId: int32.default(-1),
  protocolType: nullable(string).in("7+").default(null).ignorable,
  protocolName: nullable(string, "7+"),
  leader: string,
  skipAssignment: bool.in("9+"),
  memberId: string,
  members: array({
    memberId: string,
    groupInstanceId: nullable(string).in("5+").default(null).ignorable,
    metadata: bytes,
  }),
});
export type JoinGroupResponse = Infer<typeof JoinGroupResponse>;

/** API 11. */
export const JoinGroup = api(11, "JoinGroup", { request: JoinGroupRequest, response: JoinGroupResponse, throttleFrom: 3 });
