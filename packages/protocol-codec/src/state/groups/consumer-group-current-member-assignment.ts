import { array, int32, int8, message, nullable, string, uuid, type Infer } from "../../schema/index.js";

/** What a member of a consumer group has at the moment (KIP-848): the key. */
export const ConsumerGroupCurrentMemberAssignmentKey = message(
  "ConsumerGroupCurrentMemberAssignmentKey",
  { versions: "0", flexible: "none", recordType: 8 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type ConsumerGroupCurrentMemberAssignmentKey = Infer<typeof ConsumerGroupCurrentMemberAssignmentKey>;

const topicPartitions = {
  /** The topic's id. */
  topicId: uuid,
  /** The partitions. */
  partitions: array(int32),
  /** For each partition, the epoch at which the member got it. */
  assignmentEpochs: nullable(array(int32)).tag(0, "0+"),
};

/** What a member of a consumer group has at the moment (KIP-848): the value. */
export const ConsumerGroupCurrentMemberAssignmentValue = message(
  "ConsumerGroupCurrentMemberAssignmentValue",
  { versions: "0", flexible: "0+", recordType: 8 },
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
    /** The partitions that the member still has to give up. */
    partitionsPendingRevocation: array(topicPartitions),
  }),
);
export type ConsumerGroupCurrentMemberAssignmentValue = Infer<typeof ConsumerGroupCurrentMemberAssignmentValue>;
