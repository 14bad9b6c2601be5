import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** The epoch of a share group's target assignment (KIP-932): the key. */
export const ShareGroupTargetAssignmentMetadataKey = message(
  "ShareGroupTargetAssignmentMetadataKey",
  { versions: "0", flexible: "none", recordType: 12 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ShareGroupTargetAssignmentMetadataKey = Infer<typeof ShareGroupTargetAssignmentMetadataKey>;

/** The epoch of a share group's target assignment (KIP-932): the value. */
export const ShareGroupTargetAssignmentMetadataValue = message(
  "ShareGroupTargetAssignmentMetadataValue",
  { versions: "0", flexible: "0+", recordType: 12 },
  () => ({
    /** The epoch of the group's target assignment. */
    assignmentEpoch: int32,
    /** When the target assignment was computed, in milliseconds since 1970. */
    assignmentTimestamp: int64.tag(0, "0+").ignorable,
  }),
);
export type ShareGroupTargetAssignmentMetadataValue = Infer<typeof ShareGroupTargetAssignmentMetadataValue>;
