import { api, array, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const SyncGroupRequest = message("SyncGroupRequest", { versions: "0-5", flexible: "4+" }, {
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullable(string).in("3+").default(null),
  protocolType: nullable(string).in("5+").default(null).ignorable,
  protocolName: nullable(string).in("5+").default(null).ignorable,
  assignments: array({
    memberId: string,
    assignment: bytes,
  }),
});
export type SyncGroupRequest = Infer<typeof SyncGroupRequest>;

export const SyncGroupResponse = message("SyncGroupResponse", { versions: "0-5", flexible: "4+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16,
  protocolType: nullable(string).in("5+").default(null).ignorable,
  protocolName: nullable(string).in("5+").default(null).ignorable,
  assignment: bytes,
});
export type SyncGroupResponse = Infer<typeof SyncGroupResponse>;

/** API 14. */
export const SyncGroup = api(14, "SyncGroup", { request: SyncGroupRequest, response: SyncGroupResponse, throttleFrom: 2 });
