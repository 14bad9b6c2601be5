import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const ConsumerGroupTargetAssignmentMetadataKey = message("ConsumerGroupTargetAssignmentMetadataKey", { versions: "0", flexible: "none", recordType: 6 }, {
  groupId: string.in("0"),
});
export type ConsumerGroupTargetAssignmentMetadataKey = Infer<typeof ConsumerGroupTargetAssignmentMetadataKey>;

export const ConsumerGroupTargetAssignmentMetadataValue = message("ConsumerGroupTargetAssignmentMetadataValue", { versions: "0", flexible: "0+", recordType: 6 }, {
  assignmentEpoch: int32,
  assignmentTimestamp: int64.tag(0, "0+").ignorable,
});
export type ConsumerGroupTargetAssignmentMetadataValue = Infer<typeof ConsumerGroupTargetAssignmentMetadataValue>;
