import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const StreamsGroupTargetAssignmentMetadataKey = message("StreamsGroupTargetAssignmentMetadataKey", { versions: "0", flexible: "none", recordType: 20 }, {
  groupId: string.in("0"),
});
export type StreamsGroupTargetAssignmentMetadataKey = Infer<typeof StreamsGroupTargetAssignmentMetadataKey>;

export const StreamsGroupTargetAssignmentMetadataValue = message("StreamsGroupTargetAssignmentMetadataValue", { versions: "0", flexible: "0+", recordType: 20 }, {
  assignmentEpoch: int32,
  assignmentTimestamp: int64.tag(0, "0+").ignorable,
});
export type StreamsGroupTargetAssignmentMetadataValue = Infer<typeof StreamsGroupTargetAssignmentMetadataValue>;
