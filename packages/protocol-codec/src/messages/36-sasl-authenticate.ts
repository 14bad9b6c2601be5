import { api, bytes, int16, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const SaslAuthenticateRequest = message("SaslAuthenticateRequest", { versions: "0-2", flexible: "2+" }, {
  authBytes: bytes,
});
export type SaslAuthenticateRequest = Infer<typeof SaslAuthenticateRequest>;

export const SaslAuthenticateResponse = message("SaslAuthenticateResponse", { versions: "0-2", flexible: "2+" }, {
  errorCode: int16,
  errorMessage: nullable(string),
  authBytes: bytes,
  sessionLifetimeMs: int64.in("1+").ignorable,
});
export type SaslAuthenticateResponse = Infer<typeof SaslAuthenticateResponse>;

/** API 36. */
export const SaslAuthenticate = api(36, "SaslAuthenticate", { request: SaslAuthenticateRequest, response: SaslAuthenticateResponse });
