import { api, array, int16, message, string, type Infer } from "../schema/index.js";

export const SaslHandshakeRequest = message("SaslHandshakeRequest", { versions: "0-1", flexible: "none" }, {
  mechanism: string,
});
export type SaslHandshakeRequest = Infer<typeof SaslHandshakeRequest>;

export const SaslHandshakeResponse = message("SaslHandshakeResponse", { versions: "0-1", flexible: "none" }, {
  errorCode: int16,
  mechanisms: array(string),
});
export type SaslHandshakeResponse = Infer<typeof SaslHandshakeResponse>;

/** API 17. */
export const SaslHandshake = api(17, "SaslHandshake", { request: SaslHandshakeRequest, response: SaslHandshakeResponse });
