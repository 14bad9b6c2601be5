import { array, int32, message, string, type Infer } from "../../schema/index.js";

/** What a member of a streams group shall have (KIP-1071): the key. */
export const StreamsGroupTargetAssignmentMemberKey = message(
  "StreamsGroupTargetAssignmentMemberKey",
  { versions: "0", flexible: "none", recordType: 21 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The id of the member. */
    memberId: string.in("0"),
  }),
);
export type StreamsGroupTargetAssignmentMemberKey = Infer<typeof StreamsGroupTargetAssignmentMemberKey>;

const taskIds = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The partitions. */
  partitions: array(int32),
};

/** What a member of a streams group shall have (KIP-1071): the value. */
export const StreamsGroupTargetAssignmentMemberValue = message(
  "StreamsGroupTargetAssignmentMemberValue",
  { versions: "0", flexible: "0+", recordType: 21 },
  () => ({
    /** The tasks that the member processes. */
    activeTasks: array(taskIds),
    /** The tasks whose state the member keeps ready for others. */
    standbyTasks: array(taskIds),
    /** The tasks whose state the member is catching up with. */
    warmupTasks: array(taskIds),
  }),
);
export type StreamsGroupTargetAssignmentMemberValue = Infer<typeof StreamsGroupTargetAssignmentMemberValue>;
