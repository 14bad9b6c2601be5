import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const ShareGroupMetadataKey = message("ShareGroupMetadataKey", { versions: "0", flexible: "none", recordType: 11 }, {
  groupId: string.in("0"),
});
export type ShareGroupMetadataKey = Infer<typeof ShareGroupMetadataKey>;

export const ShareGroupMetadataValue = message("ShareGroupMetadataValue", { versions: "0", flexible: "0+", recordType: 11 }, {
  epoch: int32,
  metadataHash: int64,
});
export type ShareGroupMetadataValue = Infer<typeof ShareGroupMetadataValue>;
