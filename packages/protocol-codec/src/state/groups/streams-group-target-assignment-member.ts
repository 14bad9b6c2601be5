import { array, int32, message, string, type Infer } from "../../schema/index.js";

export const StreamsGroupTargetAssignmentMemberKey = message("StreamsGroupTargetAssignmentMemberKey", { versions: "0", flexible: "none", recordType: 21 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type StreamsGroupTargetAssignmentMemberKey = Infer<typeof StreamsGroupTargetAssignmentMemberKey>;

const taskIdsFields = {
  subtopologyId: string,
  partitions: array(int32),
};

export const StreamsGroupTargetAssignmentMemberValue = message("StreamsGroupTargetAssignmentMemberValue", { versions: "0", flexible: "0+", recordType: 21 }, {
  activeTasks: array(taskIdsFields),
  standbyTasks: array(taskIdsFields),
  warmupTasks: array(taskIdsFields),
});
export type StreamsGroupTargetAssignmentMemberValue = Infer<typeof StreamsGroupTargetAssignmentMemberValue>;
