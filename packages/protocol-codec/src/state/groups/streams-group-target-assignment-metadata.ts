import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** The epoch of a streams group's target assignment (KIP-1071): the key. */
export const StreamsGroupTargetAssignmentMetadataKey = message(
  "StreamsGroupTargetAssignmentMetadataKey",
  { versions: "0", flexible: "none", recordType: 20 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type StreamsGroupTargetAssignmentMetadataKey = Infer<typeof StreamsGroupTargetAssignmentMetadataKey>;

/** The epoch of a streams group's target assignment (KIP-1071): the value. */
export const StreamsGroupTargetAssignmentMetadataValue = message(
  "StreamsGroupTargetAssignmentMetadataValue",
  { versions: "0", flexible: "0+", recordType: 20 },
  () => ({
    /** The epoch of the group's target assignment. */
    assignmentEpoch: int32,
    /** When the target assignment was computed, in milliseconds since 1970. */
    assignmentTimestamp: int64.tag(0, "0+").ignorable,
  }),
);
export type StreamsGroupTargetAssignmentMetadataValue = Infer<typeof StreamsGroupTargetAssignmentMetadataValue>;
