import { api, array, bytes, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of CreateDelegationToken. */
export const CreateDelegationTokenRequest = message(
  "CreateDelegationTokenRequest",
  { versions: "1-3", flexible: "2+" },
  () => ({
    /** The kind of the token's owner, or null for the user who asks. */
    ownerPrincipalType: nullable(string).in("3+"),
    /** The name of the token's owner, or null for the user who asks. */
    ownerPrincipalName: nullable(string).in("3+"),
    /** Who may renew the token besides its owner. */
    renewers: array({
      /** The kind of the principal, usually User. */
      principalType: string,
      /** The name of the principal. */
      principalName: string,
    }),
    /** How long the token may live at most; -1 for the broker's default. */
    maxLifetimeMs: int64,
  }),
);
export type CreateDelegationTokenRequest = Infer<typeof CreateDelegationTokenRequest>;

/** The response of CreateDelegationToken. */
export const CreateDelegationTokenResponse = message(
  "CreateDelegationTokenResponse",
  { versions: "1-3", flexible: "2+" },
  () => ({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The kind of the principal, usually User. */
    principalType: string,
    /** The name of the principal. */
    principalName: string,
    /** The kind of the principal who asked for the token. */
    tokenRequesterPrincipalType: string.in("3+"),
    /** The name of the principal who asked for the token. */
    tokenRequesterPrincipalName: string.in("3+"),
    /** When the token was made, in milliseconds since 1970. */
    issueTimestampMs: int64,
    /** When the token expires unless it is renewed, in milliseconds since 1970. */
    expiryTimestampMs: int64,
    /** Up to when the token may be renewed, in milliseconds since 1970. */
    maxTimestampMs: int64,
    /** The id of the token. */
    tokenId: string,
    /** The secret of the token. */
    hmac: bytes,
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
  }),
);
export type CreateDelegationTokenResponse = Infer<typeof CreateDelegationTokenResponse>;

/** Makes a delegation token (KIP-48). */
export const CreateDelegationToken = api(38, "CreateDelegationToken", {
  request: CreateDelegationTokenRequest,
  response: CreateDelegationTokenResponse,
  throttleFrom: 1,
});
