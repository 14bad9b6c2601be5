import { array, int64, message, string, type Infer } from "../../schema/index.js";

export const DelegationTokenRecord = message("DelegationTokenRecord", { versions: "0", flexible: "0+", recordType: 10 }, {
  owner: string,
  requester: string,
  renewers: array(string),
  issueTimestamp: int64,
  maxTimestamp: int64,
  expirationTimestamp: int64,
  tokenId: string,
});
export type DelegationTokenRecord = Infer<typeof DelegationTokenRecord>;
