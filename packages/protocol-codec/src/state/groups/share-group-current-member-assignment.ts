import { array, int32, int8, message, string, uuid, type Infer } from "../../schema/index.js";

/** What a member of a share group has at the moment (KIP-932): the key. */
export const ShareGroupCurrentMemberAssignmentKey = message(
  "ShareGroupCurrentMemberAssignmentKey",
  { versions: "0", flexible: "none", recordType: 14 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ShareGroupCurrentMemberAssignmentKey = Infer<typeof ShareGroupCurrentMemberAssignmentKey>;

const topicPartitions = {
  /** The topic's id. */
  topicId: uuid,
  /** The partitions. */
  partitions: array(int32),
};

/** What a member of a share group has at the moment (KIP-932): the value. */
export const ShareGroupCurrentMemberAssignmentValue = message(
  "ShareGroupCurrentMemberAssignmentValue",
  { versions: "0", flexible: "0+", recordType: 14 },
  () => ({
    /** The epoch of the member. */
    memberEpoch: int32,
    /** The epoch that the member had before. */
    previousMemberEpoch: int32,
    /**
     * The state of the member: 0 stable, 1 has to give up partitions, 2 waits for partitions of others, 127 not known.
     */
    state: int8,
    /** The partitions that the member has. */
    assignedPartitions: array(topicPartitions),
  }),
);
export type ShareGroupCurrentMemberAssignmentValue = Infer<typeof ShareGroupCurrentMemberAssignmentValue>;
