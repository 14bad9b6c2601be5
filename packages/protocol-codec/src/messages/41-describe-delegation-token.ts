import { api, array, bytes, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeDelegationToken. */
export const DescribeDelegationTokenRequest = message(
  "DescribeDelegationTokenRequest",
  { versions: "1-3", flexible: "2+" },
  () => ({
    /** The owners whose tokens to describe, or null for all. */
    owners: nullable(
      array({
        /** The kind of the principal, usually User. */
        principalType: string,
        /** The name of the principal. */
        principalName: string,
      }),
    ),
  }),
);
export type DescribeDelegationTokenRequest = Infer<typeof DescribeDelegationTokenRequest>;

/** The response of DescribeDelegationToken. */
export const DescribeDelegationTokenResponse = message(
  "DescribeDelegationTokenResponse",
  { versions: "1-3", flexible: "2+" },
  () => ({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The tokens. */
    tokens: array({
      /** The kind of the principal, usually User. */
      principalType: string,
      /** The name of the principal. */
      principalName: string,
      /** The kind of the principal who asked for the token. */
      tokenRequesterPrincipalType: string.in("3+"),
      /** The name of the principal who asked for the token. */
      tokenRequesterPrincipalName: string.in("3+"),
      /** When the token was made, in milliseconds since 1970. */
      issueTimestamp: int64,
      /** When the token expires unless it is renewed, in milliseconds since 1970. */
      expiryTimestamp: int64,
      /** Up to when the token may be renewed, in milliseconds since 1970. */
      maxTimestamp: int64,
      /** The id of the token. */
      tokenId: string,
      /** The secret of the token. */
      hmac: bytes,
      /** Who may renew the token besides its owner. */
      renewers: array({
        /** The kind of the principal, usually User. */
        principalType: string,
        /** The name of the principal. */
        principalName: string,
      }),
    }),
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
  }),
);
export type DescribeDelegationTokenResponse = Infer<typeof DescribeDelegationTokenResponse>;

/** Lists delegation tokens. */
export const DescribeDelegationToken = api(41, "DescribeDelegationToken", {
  request: DescribeDelegationTokenRequest,
  response: DescribeDelegationTokenResponse,
  throttleFrom: 1,
});
