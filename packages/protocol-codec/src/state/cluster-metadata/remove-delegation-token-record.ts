import { message, string, type Infer } from "../../schema/index.js";

/** Removes a delegation token. */
export const RemoveDelegationTokenRecord = message(
  "RemoveDelegationTokenRecord",
  { versions: "0", flexible: "0+", recordType: 26 },
  () => ({
    /** The id of the token. */
    tokenId: string,
  }),
);
export type RemoveDelegationTokenRecord = Infer<typeof RemoveDelegationTokenRecord>;
