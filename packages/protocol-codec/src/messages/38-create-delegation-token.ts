import { api, array, bytes, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const CreateDelegationTokenRequest = message("CreateDelegationTokenRequest", { versions: "1-3", flexible: "2+" }, {
  ownerPrincipalType: nullable(string).in("3+"),
  ownerPrincipalName: nullable(string).in("3+"),
  renewers: array({
    principalType: string,
    principalName: string,
  }),
  maxLifetimeMs: int64,
});
export type CreateDelegationTokenRequest = Infer<typeof CreateDelegationTokenRequest>;

export const CreateDelegationTokenResponse = message("CreateDelegationTokenResponse", { versions: "1-3", flexible: "2+" }, {
  errorCode: int16,
  principalType: string,
  principalName: string,
  tokenRequesterPrincipalType: string.in("3+"),
  tokenRequesterPrincipalName: string.in("3+"),
  issueTimestampMs: int64,
  expiryTimestampMs: int64,
  maxTimestampMs: int64,
  tokenId: string,
  hmac: bytes,
  throttleTimeMs: int32,
});
export type CreateDelegationTokenResponse = Infer<typeof CreateDelegationTokenResponse>;

/** API 38. */
export const CreateDelegationToken = api(38, "CreateDelegationToken", { request: CreateDelegationTokenRequest, response: CreateDelegationTokenResponse, throttleFrom: 1 });
