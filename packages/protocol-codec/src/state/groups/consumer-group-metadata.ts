import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** The epoch of a consumer group (KIP-848): the key. */
export const ConsumerGroupMetadataKey = message(
  "ConsumerGroupMetadataKey",
  { versions: "0", flexible: "none", recordType: 3 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ConsumerGroupMetadataKey = Infer<typeof ConsumerGroupMetadataKey>;

/** The epoch of a consumer group (KIP-848): the value. */
export const ConsumerGroupMetadataValue = message(
  "ConsumerGroupMetadataValue",
  { versions: "0", flexible: "0+", recordType: 3 },
  () => ({
    /** The group's epoch. */
    epoch: int32,
    /** A hash over the topics that the group reads from. */
    metadataHash: int64.tag(0, "0+"),
  }),
);
export type ConsumerGroupMetadataValue = Infer<typeof ConsumerGroupMetadataValue>;
