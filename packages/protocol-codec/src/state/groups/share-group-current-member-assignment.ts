import { array, int32, int8, message, string, uuid, type Infer } from "../../schema/index.js";

export const ShareGroupCurrentMemberAssignmentKey = message("ShareGroupCurrentMemberAssignmentKey", { versions: "0", flexible: "none", recordType: 14 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ShareGroupCurrentMemberAssignmentKey = Infer<typeof ShareGroupCurrentMemberAssignmentKey>;

const topicPartitionsFields = {
  topicId: uuid,
  partitions: array(int32),
};

export const ShareGroupCurrentMemberAssignmentValue = message("ShareGroupCurrentMemberAssignmentValue", { versions: "0", flexible: "0+", recordType: 14 }, {
  memberEpoch: int32,
  previousMemberEpoch: int32,
  state: int8,
  assignedPartitions: array(topicPartitionsFields),
});
export type ShareGroupCurrentMemberAssignmentValue = Infer<typeof ShareGroupCurrentMemberAssignmentValue>;
