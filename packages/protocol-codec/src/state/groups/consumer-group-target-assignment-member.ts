import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

export const ConsumerGroupTargetAssignmentMemberKey = message("ConsumerGroupTargetAssignmentMemberKey", { versions: "0", flexible: "none", recordType: 7 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type ConsumerGroupTargetAssignmentMemberKey = Infer<typeof ConsumerGroupTargetAssignmentMemberKey>;

export const ConsumerGroupTargetAssignmentMemberValue = message("ConsumerGroupTargetAssignmentMemberValue", { versions: "0", flexible: "0+", recordType: 7 }, {
  topicPartitions: array({
    topicId: uuid,
    partitions: array(int32),
  }),
});
export type ConsumerGroupTargetAssignmentMemberValue = Infer<typeof ConsumerGroupTargetAssignmentMemberValue>;
