import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const FindCoordinatorRequest = message("FindCoordinatorRequest", { versions: "0-6", flexible: "3+" }, {
  key: string.in("0-3"),
  keyType: int8.in("1+"),
  coordinatorKeys: array(string).in("4+"),
});
export type FindCoordinatorRequest = Infer<typeof FindCoordinatorRequest>;

export const FindCoordinatorResponse = message("FindCoordinatorResponse", { versions: "0-6", flexible: "3+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16.in("0-3"),
  errorMessage: nullable(string).in("1-3").ignorable,
  nodeId: int32.in("0-3"),
  host: string.in("0-3"),
  port: int32.in("0-3"),
  coordinators: array({
    key: string.in("4+"),
    nodeId: int32.in("4+"),
    host: string.in("4+"),
    port: int32.in("4+"),
    errorCode: int16.in("4+"),
    errorMessage: nullable(string).in("4+").ignorable,
  }).in("4+"),
});
export type FindCoordinatorResponse = Infer<typeof FindCoordinatorResponse>;

/** API 10. */
export const FindCoordinator = api(10, "FindCoordinator", { request: FindCoordinatorRequest, response: FindCoordinatorResponse, throttleFrom: 2 });
