import { api, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of UnregisterBroker. */
export const UnregisterBrokerRequest = message("UnregisterBrokerRequest", { versions: "0", flexible: "0+" }, () => ({
  /** The broker's node id. */
  brokerId: int32,
}));
export type UnregisterBrokerRequest = Infer<typeof UnregisterBrokerRequest>;

/** The response of UnregisterBroker. */
export const UnregisterBrokerResponse = message("UnregisterBrokerResponse", { versions: "0", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string),
}));
export type UnregisterBrokerResponse = Infer<typeof UnregisterBrokerResponse>;

/** Removes a broker's registration. */
export const UnregisterBroker = api(64, "UnregisterBroker", {
  request: UnregisterBrokerRequest,
  response: UnregisterBrokerResponse,
  throttleFrom: 0,
});
