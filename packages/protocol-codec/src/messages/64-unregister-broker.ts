import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const UnregisterBrokerRequest = message("UnregisterBrokerRequest", { versions: "0", flexible: "0+" }, {
  brokerId: int32,
});
export type UnregisterBrokerRequest = Infer<typeof UnregisterBrokerRequest>;

export const UnregisterBrokerResponse = message("UnregisterBrokerResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});
export type UnregisterBrokerResponse = Infer<typeof UnregisterBrokerResponse>;

/** API 64. */
export const UnregisterBroker = api(64, "UnregisterBroker", { request: UnregisterBrokerRequest, response: UnregisterBrokerResponse, throttleFrom: 0 });
