import { api, bytes, int16, int32, int64, message, type Infer } from "../schema/index.js";

/** The request of ExpireDelegationToken. */
export const ExpireDelegationTokenRequest = message(
  "ExpireDelegationTokenRequest",
  { versions: "1-2", flexible: "2+" },
  () => ({
    /** The secret of the token. */
    hmac: bytes,
    /** After how many milliseconds the token expires; negative for at once. */
    expiryTimePeriodMs: int64,
  }),
);
export type ExpireDelegationTokenRequest = Infer<typeof ExpireDelegationTokenRequest>;

/** The response of ExpireDelegationToken. */
export const ExpireDelegationTokenResponse = message(
  "ExpireDelegationTokenResponse",
  { versions: "1-2", flexible: "2+" },
  () => ({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** When the token expires unless it is renewed, in milliseconds since 1970. */
    expiryTimestampMs: int64,
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
  }),
);
export type ExpireDelegationTokenResponse = Infer<typeof ExpireDelegationTokenResponse>;

/** Shortens or ends the life of a delegation token. */
export const ExpireDelegationToken = api(40, "ExpireDelegationToken", {
  request: ExpireDelegationTokenRequest,
  response: ExpireDelegationTokenResponse,
  throttleFrom: 1,
});
