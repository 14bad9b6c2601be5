import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const ShareGroupTargetAssignmentMetadataKey = message("ShareGroupTargetAssignmentMetadataKey", { versions: "0", flexible: "none", recordType: 12 }, {
  groupId: string.in("0"),
});
export type ShareGroupTargetAssignmentMetadataKey = Infer<typeof ShareGroupTargetAssignmentMetadataKey>;

export const ShareGroupTargetAssignmentMetadataValue = message("ShareGroupTargetAssignmentMetadataValue", { versions: "0", flexible: "0+", recordType: 12 }, {
  assignmentEpoch: int32,
  assignmentTimestamp: int64.tag(0, "0+").ignorable,
});
export type ShareGroupTargetAssignmentMetadataValue = Infer<typeof ShareGroupTargetAssignmentMetadataValue>;
