import { bytes, int32, int8, message, string, type Infer } from "../../schema/index.js";

/** A user's SCRAM credential. */
export const UserScramCredentialRecord = message(
  "UserScramCredentialRecord",
  { versions: "0", flexible: "0+", recordType: 11 },
  () => ({
    /** The user's name. */
    name: string,
    /** The SCRAM mechanism: 1 for SHA-256, 2 for SHA-512. */
    mechanism: int8,
    /** The salt of the hash. */
    salt: bytes,
    /** The client's stored key of SCRAM. */
    storedKey: bytes,
    /** The server's key of SCRAM. */
    serverKey: bytes,
    /** How often the hash is applied. */
    iterations: int32,
  }),
);
export type UserScramCredentialRecord = Infer<typeof UserScramCredentialRecord>;
