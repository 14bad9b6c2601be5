import { array, int32, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

/** A partition: replicas, leader, epochs. */
export const PartitionRecord = message("PartitionRecord", { versions: "0-2", flexible: "0+", recordType: 3 }, () => ({
  /** The partition's number. */
  partitionId: int32.default(-1),
  /** The topic's id. */
  topicId: uuid,
  /** The replicas, the preferred leader first. */
  replicas: array(int32),
  /** The replicas in sync. */
  isr: array(int32),
  /** The replicas that are being removed. */
  removingReplicas: array(int32),
  /** The replicas that are being added. */
  addingReplicas: array(int32),
  /** The node id of the leader, -1 for none. */
  leader: int32.default(-1),
  /** 0 if the leader was in sync when elected, 1 if it still has to recover. */
  leaderRecoveryState: int8.tag(0, "0+"),
  /** The epoch of the partition's leader, -1 when it is not known. */
  leaderEpoch: int32.default(-1),
  /** A number that grows with every change of the partition. */
  partitionEpoch: int32.default(-1),
  /** The log directory of each replica. */
  directories: array(uuid).in("1+"),
  /** The replicas that may be elected although they are not in sync; null when there are none. */
  eligibleLeaderReplicas: nullable(array(int32)).in("2+").default(null).tag(1, "2+"),
  /** The replicas that were the last ones eligible; null when there are none. */
  lastKnownElr: nullable(array(int32)).in("2+").default(null).tag(2, "2+"),
}));
export type PartitionRecord = Infer<typeof PartitionRecord>;
