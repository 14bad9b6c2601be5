import { api, array, bytes, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeDelegationTokenRequest = message("DescribeDelegationTokenRequest", { versions: "1-3", flexible: "2+" }, {
  owners: nullable(array({
    principalType: string,
    principalName: string,
  })),
});
export type DescribeDelegationTokenRequest = Infer<typeof DescribeDelegationTokenRequest>;

export const DescribeDelegationTokenResponse = message("DescribeDelegationTokenResponse", { versions: "1-3", flexible: "2+" }, {
  errorCode: int16,
  tokens: array({
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.in("3+"),
    tokenRequesterPrincipalName: string.in("3+"),
    issueTimestamp: int64,
    expiryTimestamp: int64,
    maxTimestamp: int64,
    tokenId: string,
    hmac: bytes,
    renewers: array({
      principalType: string,
      principalName: string,
    }),
  }),
  throttleTimeMs: int32,
});
export type DescribeDelegationTokenResponse = Infer<typeof DescribeDelegationTokenResponse>;

/** API 41. */
export const DescribeDelegationToken = api(41, "DescribeDelegationToken", { request: DescribeDelegationTokenRequest, response: DescribeDelegationTokenResponse, throttleFrom: 1 });
