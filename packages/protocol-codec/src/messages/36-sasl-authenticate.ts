import { api, bytes, int16, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of SaslAuthenticate. */
export const SaslAuthenticateRequest = message("SaslAuthenticateRequest", { versions: "0-2", flexible: "2+" }, () => ({
  /** What the mechanism says, opaque to Kafka. */
  authBytes: bytes,
}));
export type SaslAuthenticateRequest = Infer<typeof SaslAuthenticateRequest>;

/** The response of SaslAuthenticate. */
export const SaslAuthenticateResponse = message(
  "SaslAuthenticateResponse",
  { versions: "0-2", flexible: "2+" },
  () => ({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** What the mechanism says, opaque to Kafka. */
    authBytes: bytes,
    /** For how long the authentication holds; 0 for ever. */
    sessionLifetimeMs: int64.in("1+").ignorable,
  }),
);
export type SaslAuthenticateResponse = Infer<typeof SaslAuthenticateResponse>;

/** Carries one step of the authentication. */
export const SaslAuthenticate = api(36, "SaslAuthenticate", {
  request: SaslAuthenticateRequest,
  response: SaslAuthenticateResponse,
});
