import { bytes, int32, int8, message, string, type Infer } from "../../schema/index.js";

export const UserScramCredentialRecord = message("UserScramCredentialRecord", { versions: "0", flexible: "0+", recordType: 11 }, {
  name: string,
  mechanism: int8,
  salt: bytes,
  storedKey: bytes,
  serverKey: bytes,
  iterations: int32,
});
export type UserScramCredentialRecord = Infer<typeof UserScramCredentialRecord>;
