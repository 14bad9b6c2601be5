import { int8, message, string, type Infer } from "../../schema/index.js";

export const RemoveUserScramCredentialRecord = message("RemoveUserScramCredentialRecord", { versions: "0", flexible: "0+", recordType: 22 }, {
  name: string,
  mechanism: int8,
});
export type RemoveUserScramCredentialRecord = Infer<typeof RemoveUserScramCredentialRecord>;
