import { api, bytes, int16, int32, int64, message, type Infer } from "../schema/index.js";

export const RenewDelegationTokenRequest = message("RenewDelegationTokenRequest", { versions: "1-2", flexible: "2+" }, {
  hmac: bytes,
  renewPeriodMs: int64,
});
export type RenewDelegationTokenRequest = Infer<typeof RenewDelegationTokenRequest>;

export const RenewDelegationTokenResponse = message("RenewDelegationTokenResponse", { versions: "1-2", flexible: "2+" }, {
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
});
export type RenewDelegationTokenResponse = Infer<typeof RenewDelegationTokenResponse>;

/** API 39. */
export const RenewDelegationToken = api(39, "RenewDelegationToken", { request: RenewDelegationTokenRequest, response: RenewDelegationTokenResponse, throttleFrom: 1 });
