import { array, int64, message, string, type Infer } from "../../schema/index.js";

/** A delegation token, without its secret. */
export const DelegationTokenRecord = message(
  "DelegationTokenRecord",
  { versions: "0", flexible: "0+", recordType: 10 },
  () => ({
    /** The principal to whom the token belongs. */
    owner: string,
    /** The principal who asked for the token. */
    requester: string,
    /** Who may renew the token besides its owner. */
    renewers: array(string),
    /** When the token was made, in milliseconds since 1970. */
    issueTimestamp: int64,
    /** Up to when the token may be renewed, in milliseconds since 1970. */
    maxTimestamp: int64,
    /** When the token expires unless it is renewed, in milliseconds since 1970. */
    expirationTimestamp: int64,
    /** The id of the token. */
    tokenId: string,
  }),
);
export type DelegationTokenRecord = Infer<typeof DelegationTokenRecord>;
