import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

export const ShareGroupTargetAssignmentMemberKey = message("ShareGroupTargetAssignmentMemberKey", { versions: "0", flexible: "none", recordType: 13 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ShareGroupTargetAssignmentMemberKey = Infer<typeof ShareGroupTargetAssignmentMemberKey>;

export const ShareGroupTargetAssignmentMemberValue = message("ShareGroupTargetAssignmentMemberValue", { versions: "0", flexible: "0+", recordType: 13 }, {
  topicPartitions: array({
    topicId: uuid,
    partitions: array(int32),
  }),
});
export type ShareGroupTargetAssignmentMemberValue = Infer<typeof ShareGroupTargetAssignmentMemberValue>;
