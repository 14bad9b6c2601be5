import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of FindCoordinator. */
export const FindCoordinatorRequest = message("FindCoordinatorRequest", { versions: "0-6", flexible: "3+" }, () => ({
  /** The group or transactional id whose coordinator is sought. */
  key: string.in("0-3"),
  /** What the keys are: 0 groups, 1 transactional ids, 2 share groups. */
  keyType: int8.in("1+"),
  /** The groups or transactional ids whose coordinators are sought. */
  coordinatorKeys: array(string).in("4+"),
}));
export type FindCoordinatorRequest = Infer<typeof FindCoordinatorRequest>;

/** The response of FindCoordinator. */
export const FindCoordinatorResponse = message("FindCoordinatorResponse", { versions: "0-6", flexible: "3+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("0-3"),
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).in("1-3").ignorable,
  /** The node id of the broker. */
  nodeId: int32.in("0-3"),
  /** The host name or address. */
  host: string.in("0-3"),
  /** The port. */
  port: int32.in("0-3"),
  /** The coordinators found, one for each key. */
  coordinators: array({
    /** The group or transactional id. */
    key: string.in("4+"),
    /** The node id of the broker. */
    nodeId: int32.in("4+"),
    /** The host name or address. */
    host: string.in("4+"),
    /** The port. */
    port: int32.in("4+"),
    /** Kafka's error code; 0 for none. */
    errorCode: int16.in("4+"),
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).in("4+").ignorable,
  }).in("4+"),
}));
export type FindCoordinatorResponse = Infer<typeof FindCoordinatorResponse>;

/** Finds the broker that coordinates a group or a transactional id. */
export const FindCoordinator = api(10, "FindCoordinator", {
  request: FindCoordinatorRequest,
  response: FindCoordinatorResponse,
  throttleFrom: 2,
});
