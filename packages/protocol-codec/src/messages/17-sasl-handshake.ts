import { api, array, int16, message, string, type Infer } from "../schema/index.js";

/** The request of SaslHandshake. */
export const SaslHandshakeRequest = message("SaslHandshakeRequest", { versions: "0-1", flexible: "none" }, () => ({
  /** The SASL mechanism that the client has chosen. */
  mechanism: string,
}));
export type SaslHandshakeRequest = Infer<typeof SaslHandshakeRequest>;

/** The response of SaslHandshake. */
export const SaslHandshakeResponse = message("SaslHandshakeResponse", { versions: "0-1", flexible: "none" }, () => ({
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The SASL mechanisms that the broker offers. */
  mechanisms: array(string),
}));
export type SaslHandshakeResponse = Infer<typeof SaslHandshakeResponse>;

/** Chooses the SASL mechanism for the connection. */
export const SaslHandshake = api(17, "SaslHandshake", {
  request: SaslHandshakeRequest,
  response: SaslHandshakeResponse,
});
