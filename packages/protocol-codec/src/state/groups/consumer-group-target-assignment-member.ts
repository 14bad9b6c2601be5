import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

/** What a member of a consumer group shall have (KIP-848): the key. */
export const ConsumerGroupTargetAssignmentMemberKey = message(
  "ConsumerGroupTargetAssignmentMemberKey",
  { versions: "0", flexible: "none", recordType: 7 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ConsumerGroupTargetAssignmentMemberKey = Infer<typeof ConsumerGroupTargetAssignmentMemberKey>;

/** What a member of a consumer group shall have (KIP-848): the value. */
export const ConsumerGroupTargetAssignmentMemberValue = message(
  "ConsumerGroupTargetAssignmentMemberValue",
  { versions: "0", flexible: "0+", recordType: 7 },
  () => ({
    /** The partitions, by topic. */
    topicPartitions: array({
      /** The topic's id. */
      topicId: uuid,
      /** The partitions. */
      partitions: array(int32),
    }),
  }),
);
export type ConsumerGroupTargetAssignmentMemberValue = Infer<typeof ConsumerGroupTargetAssignmentMemberValue>;
