import { array, int32, int8, message, nullable, string, type Infer } from "../../schema/index.js";

/** What a member of a streams group has at the moment (KIP-1071): the key. */
export const StreamsGroupCurrentMemberAssignmentKey = message(
  "StreamsGroupCurrentMemberAssignmentKey",
  { versions: "0", flexible: "none", recordType: 22 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type StreamsGroupCurrentMemberAssignmentKey = Infer<typeof StreamsGroupCurrentMemberAssignmentKey>;

const taskIds = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partitions. */
  partitions: array(int32),
  /** For each partition, the epoch at which the member got it. */
  assignmentEpochs: nullable(array(int32)).tag(0, "0+"),
};

/** What a member of a streams group has at the moment (KIP-1071): the value. */
export const StreamsGroupCurrentMemberAssignmentValue = message(
  "StreamsGroupCurrentMemberAssignmentValue",
  { versions: "0", flexible: "0+", recordType: 22 },
  () => ({
    /** The epoch of the member. */
    memberEpoch: int32,
    /** The epoch that the member had before. */
    previousMemberEpoch: int32,
    /**
     * The state of the member: 0 stable, 1 has to give up partitions, 2 waits for partitions of others, 127 not known.
     */
    state: int8,
    /** The tasks that the member processes. */
    activeTasks: array(taskIds),
    /** The tasks whose state the member keeps ready for others. */
    standbyTasks: array(taskIds),
    /** The tasks whose state the member is catching up with. */
    warmupTasks: array(taskIds),
    /** The active tasks that the member still has to give up. */
    activeTasksPendingRevocation: array(taskIds),
    /** The standby tasks that the member still has to give up. */
    standbyTasksPendingRevocation: array(taskIds),
    /** The warm-up tasks that the member still has to give up. */
    warmupTasksPendingRevocation: array(taskIds),
  }),
);
export type StreamsGroupCurrentMemberAssignmentValue = Infer<typeof StreamsGroupCurrentMemberAssignmentValue>;
