import { array, int32, int8, message, nullable, string, type Infer } from "../../schema/index.js";

export const StreamsGroupCurrentMemberAssignmentKey = message("StreamsGroupCurrentMemberAssignmentKey", { versions: "0", flexible: "none", recordType: 22 }, {
  groupId: string.in("0"),
  memberId: string.in("0"),
});
export type StreamsGroupCurrentMemberAssignmentKey = Infer<typeof StreamsGroupCurrentMemberAssignmentKey>;

const taskIdsFields = {
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: nullable(array(int32)).default(null).tag(0, "0+"),
};

export const StreamsGroupCurrentMemberAssignmentValue = message("StreamsGroupCurrentMemberAssignmentValue", { versions: "0", flexible: "0+", recordType: 22 }, {
  memberEpoch: int32,
  previousMemberEpoch: int32,
  state: int8,
  activeTasks: array(taskIdsFields),
  standbyTasks: array(taskIdsFields),
  warmupTasks: array(taskIdsFields),
  activeTasksPendingRevocation: array(taskIdsFields),
  standbyTasksPendingRevocation: array(taskIdsFields),
  warmupTasksPendingRevocation: array(taskIdsFields),
});
export type StreamsGroupCurrentMemberAssignmentValue = Infer<typeof StreamsGroupCurrentMemberAssignmentValue>;
