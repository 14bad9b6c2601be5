import { array, int32, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

export const PartitionRecord = message("PartitionRecord", { versions: "0-2", flexible: "0+", recordType: 3 }, {
  partitionId: int32.default(-1),
  topicId: uuid,
  replicas: array(int32),
  isr: array(int32),
  removingReplicas: array(int32),
  addingReplicas: array(int32),
  leader: int32.default(-1),
  leaderRecoveryState: int8.tag(0, "0+"),
  leaderEpoch: int32.default(-1),
  partitionEpoch: int32.default(-1),
  directories: array(uuid).in("1+"),
  eligibleLeaderReplicas: nullable(array(int32)).in("2+").default(null).tag(1, "2+"),
  lastKnownElr: nullable(array(int32)).in("2+").default(null).tag(2, "2+"),
});
export type PartitionRecord = Infer<typeof PartitionRecord>;
