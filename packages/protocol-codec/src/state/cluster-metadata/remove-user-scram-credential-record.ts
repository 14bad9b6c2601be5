import { int8, message, string, type Infer } from "../../schema/index.js";

/** Removes a user's SCRAM credential. */
export const RemoveUserScramCredentialRecord = message(
  "RemoveUserScramCredentialRecord",
  { versions: "0", flexible: "0+", recordType: 22 },
  () => ({
    /** The user's name. */
    name: string,
    /** The SCRAM mechanism: 1 for SHA-256, 2 for SHA-512. */
    mechanism: int8,
  }),
);
export type RemoveUserScramCredentialRecord = Infer<typeof RemoveUserScramCredentialRecord>;
