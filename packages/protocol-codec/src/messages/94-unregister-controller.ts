import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const UnregisterControllerRequest = message("UnregisterControllerRequest", { versions: "0", flexible: "0+" }, {
  controllerId: int32,
});
export type UnregisterControllerRequest = Infer<typeof UnregisterControllerRequest>;

export const UnregisterControllerResponse = message("UnregisterControllerResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});
export type UnregisterControllerResponse = Infer<typeof UnregisterControllerResponse>;

/** API 94. */
export const UnregisterController = api(94, "UnregisterController", { request: UnregisterControllerRequest, response: UnregisterControllerResponse, throttleFrom: 0 });
