import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** The epoch of a share group (KIP-932): the key. */
export const ShareGroupMetadataKey = message(
  "ShareGroupMetadataKey",
  { versions: "0", flexible: "none", recordType: 11 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ShareGroupMetadataKey = Infer<typeof ShareGroupMetadataKey>;

/** The epoch of a share group (KIP-932): the value. */
export const ShareGroupMetadataValue = message(
  "ShareGroupMetadataValue",
  { versions: "0", flexible: "0+", recordType: 11 },
  () => ({
    /** The group's epoch. */
    epoch: int32,
    /** A hash over the topics that the group reads from. */
    metadataHash: int64,
  }),
);
export type ShareGroupMetadataValue = Infer<typeof ShareGroupMetadataValue>;
