import { api, bytes, int16, int32, int64, message, type Infer } from "../schema/index.js";

export const ExpireDelegationTokenRequest = message("ExpireDelegationTokenRequest", { versions: "1-2", flexible: "2+" }, {
  hmac: bytes,
  expiryTimePeriodMs: int64,
});
export type ExpireDelegationTokenRequest = Infer<typeof ExpireDelegationTokenRequest>;

export const ExpireDelegationTokenResponse = message("ExpireDelegationTokenResponse", { versions: "1-2", flexible: "2+" }, {
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
});
export type ExpireDelegationTokenResponse = Infer<typeof ExpireDelegationTokenResponse>;

/** API 40. */
export const ExpireDelegationToken = api(40, "ExpireDelegationToken", { request: ExpireDelegationTokenRequest, response: ExpireDelegationTokenResponse, throttleFrom: 1 });
