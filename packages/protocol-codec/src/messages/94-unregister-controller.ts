import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of UnregisterController. */
export const UnregisterControllerRequest = message(
  "UnregisterControllerRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The node id of the controller, -1 when it is not known. */
    controllerId: int32,
  }),
);
export type UnregisterControllerRequest = Infer<typeof UnregisterControllerRequest>;

/** The response of UnregisterController. */
export const UnregisterControllerResponse = message(
  "UnregisterControllerResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
  }),
);
export type UnregisterControllerResponse = Infer<typeof UnregisterControllerResponse>;

/** Removes a controller's registration. */
export const UnregisterController = api(94, "UnregisterController", {
  request: UnregisterControllerRequest,
  response: UnregisterControllerResponse,
  throttleFrom: 0,
});
