import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const ConsumerGroupMetadataKey = message("ConsumerGroupMetadataKey", { versions: "0", flexible: "none", recordType: 3 }, {
  groupId: string.in("0"),
});
export type ConsumerGroupMetadataKey = Infer<typeof ConsumerGroupMetadataKey>;

export const ConsumerGroupMetadataValue = message("ConsumerGroupMetadataValue", { versions: "0", flexible: "0+", recordType: 3 }, {
  epoch: int32,
  metadataHash: int64.tag(0, "0+"),
});
export type ConsumerGroupMetadataValue = Infer<typeof ConsumerGroupMetadataValue>;
