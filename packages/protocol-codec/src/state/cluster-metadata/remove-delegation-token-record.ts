import { message, string, type Infer } from "../../schema/index.js";

export const RemoveDelegationTokenRecord = message("RemoveDelegationTokenRecord", { versions: "0", flexible: "0+", recordType: 26 }, {
  tokenId: string,
});
export type RemoveDelegationTokenRecord = Infer<typeof RemoveDelegationTokenRecord>;
