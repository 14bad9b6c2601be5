import { api, bytes, int16, int32, int64, message, type Infer } from "../schema/index.js";

/** The request of RenewDelegationToken. */
export const RenewDelegationTokenRequest = message(
  "RenewDelegationTokenRequest",
  { versions: "1-2", flexible: "2+" },
  () => ({
    /** The secret of the token. */
    hmac: bytes,
    /** For how much longer the token is to live; -1 for the broker's default. */
    renewPeriodMs: int64,
  }),
);
export type RenewDelegationTokenRequest = Infer<typeof RenewDelegationTokenRequest>;

/** The response of RenewDelegationToken. */
export const RenewDelegationTokenResponse = message(
  "RenewDelegationTokenResponse",
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
export type RenewDelegationTokenResponse = Infer<typeof RenewDelegationTokenResponse>;

/** Lengthens the life of a delegation token. */
export const RenewDelegationToken = api(39, "RenewDelegationToken", {
  request: RenewDelegationTokenRequest,
  response: RenewDelegationTokenResponse,
  throttleFrom: 1,
});
