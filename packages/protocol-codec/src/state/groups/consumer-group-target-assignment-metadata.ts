import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** The epoch of a consumer group's target assignment (KIP-848): the key. */
export const ConsumerGroupTargetAssignmentMetadataKey = message(
  "ConsumerGroupTargetAssignmentMetadataKey",
  { versions: "0", flexible: "none", recordType: 6 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ConsumerGroupTargetAssignmentMetadataKey = Infer<typeof ConsumerGroupTargetAssignmentMetadataKey>;

/** The epoch of a consumer group's target assignment (KIP-848): the value. */
export const ConsumerGroupTargetAssignmentMetadataValue = message(
  "ConsumerGroupTargetAssignmentMetadataValue",
  { versions: "0", flexible: "0+", recordType: 6 },
  () => ({
    /** The epoch of the group's target assignment. */
    assignmentEpoch: int32,
    /** When the target assignment was computed, in milliseconds since 1970. */
    assignmentTimestamp: int64.tag(0, "0+").ignorable,
  }),
);
export type ConsumerGroupTargetAssignmentMetadataValue = Infer<typeof ConsumerGroupTargetAssignmentMetadataValue>;
