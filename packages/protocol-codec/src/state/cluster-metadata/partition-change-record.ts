import { array, int32, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

export const PartitionChangeRecord = message("PartitionChangeRecord", { versions: "0-2", flexible: "0+", recordType: 5 }, {
  partitionId: int32.default(-1),
  topicId: uuid,
  isr: nullable(array(int32)).default(null).tag(0, "0+"),
  leader: int32.default(-2).tag(1, "0+"),
  replicas: nullable(array(int32)).default(null).tag(2, "0+"),
  removingReplicas: nullable(array(int32)).default(null).tag(3, "0+"),
  addingReplicas: nullable(array(int32)).default(null).tag(4, "0+"),
  leaderRecoveryState: int8.default(-1).tag(5, "0+"),
  directories: nullable(array(uuid)).in("1+").default(null).tag(8, "1+"),
  eligibleLeaderReplicas: nullable(array(int32)).in("2+").default(null).tag(6, "2+"),
  lastKnownElr: nullable(array(int32)).in("2+").default(null).tag(7, "2+"),
});
export type PartitionChangeRecord = Infer<typeof PartitionChangeRecord>;
