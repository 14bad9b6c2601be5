import { array, int32, int8, message, nullable, string, uuid, type Infer } from "../../schema/index.js";

export const ConsumerGroupCurrentMemberAssignmentKey = message("ConsumerGroupCurrentMemberAssignmentKey", { versions: "0", flexible: "none", recordType: 8 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ConsumerGroupCurrentMemberAssignmentKey = Infer<typeof ConsumerGroupCurrentMemberAssignmentKey>;

const topicPartitionsFields = {
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: nullable(array(int32)).default(null).tag(0, "0+"),
};

export const ConsumerGroupCurrentMemberAssignmentValue = message("ConsumerGroupCurrentMemberAssignmentValue", { versions: "0", flexible: "0+", recordType: 8 }, {
  memberEpoch: int32,
  previousMemberEpoch: int32,
  state: int8,
  assignedPartitions: array(topicPartitionsFields),
  partitionsPendingRevocation: array(topicPartitionsFields),
});
export type ConsumerGroupCurrentMemberAssignmentValue = Infer<typeof ConsumerGroupCurrentMemberAssignmentValue>;
