import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of Heartbeat. */
export const HeartbeatRequest = message("HeartbeatRequest", { versions: "0-4", flexible: "4+" }, () => ({
  /** The group id. */
  groupId: string,
  /** The generation of the group in which the member is, -1 for none. */
  generationId: int32,
  /** The id of the member. */
  memberId: string,
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("3+").default(null),
}));
export type HeartbeatRequest = Infer<typeof HeartbeatRequest>;

/** The response of Heartbeat. */
export const HeartbeatResponse = message("HeartbeatResponse", { versions: "0-4", flexible: "4+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
}));
export type HeartbeatResponse = Infer<typeof HeartbeatResponse>;

/** Tells the coordinator that a member is alive; the answer tells the member of a rebalance. */
export const Heartbeat = api(12, "Heartbeat", {
  request: HeartbeatRequest,
  response: HeartbeatResponse,
  throttleFrom: 2,
});
