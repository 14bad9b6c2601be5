import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const HeartbeatRequest = message("HeartbeatRequest", { versions: "0-4", flexible: "4+" }, {
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullable(string).in("3+").default(null),
});
export type HeartbeatRequest = Infer<typeof HeartbeatRequest>;

export const HeartbeatResponse = message("HeartbeatResponse", { versions: "0-4", flexible: "4+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16,
});
export type HeartbeatResponse = Infer<typeof HeartbeatResponse>;

/** API 12. */
export const Heartbeat = api(12, "Heartbeat", { request: HeartbeatRequest, response: HeartbeatResponse, throttleFrom: 2 });
