import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

/** What a member of a share group shall have (KIP-932): the key. */
export const ShareGroupTargetAssignmentMemberKey = message(
  "ShareGroupTargetAssignmentMemberKey",
  { versions: "0", flexible: "none", recordType: 13 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ShareGroupTargetAssignmentMemberKey = Infer<typeof ShareGroupTargetAssignmentMemberKey>;

/** What a member of a share group shall have (KIP-932): the value. */
export const ShareGroupTargetAssignmentMemberValue = message(
  "ShareGroupTargetAssignmentMemberValue",
  { versions: "0", flexible: "0+", recordType: 13 },
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
export type ShareGroupTargetAssignmentMemberValue = Infer<typeof ShareGroupTargetAssignmentMemberValue>;
