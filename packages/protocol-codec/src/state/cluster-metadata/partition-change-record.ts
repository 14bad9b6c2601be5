import { array, int32, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

/** A change of a partition. */
export const PartitionChangeRecord = message(
  "PartitionChangeRecord",
  { versions: "0-2", flexible: "0+", recordType: 5 },
  () => ({
    /** The partition's number. */
    partitionId: int32.default(-1),
    /** The topic's id. */
    topicId: uuid,
    /** The replicas in sync; null for no change. */
    isr: nullable(array(int32)).default(null).tag(0, "0+"),
    /** The node id of the new leader: -1 for none, -2 for no change. */
    leader: int32.default(-2).tag(1, "0+"),
    /** The replicas, the preferred leader first; null for no change. */
    replicas: nullable(array(int32)).default(null).tag(2, "0+"),
    /** The replicas that are being removed. */
    removingReplicas: nullable(array(int32)).default(null).tag(3, "0+"),
    /** The replicas that are being added. */
    addingReplicas: nullable(array(int32)).default(null).tag(4, "0+"),
    /** -1 for no change, 0 if the leader is recovered, 1 if it still has to recover. */
    leaderRecoveryState: int8.default(-1).tag(5, "0+"),
    /** The log directory of each replica. */
    directories: nullable(array(uuid)).in("1+").default(null).tag(8, "1+"),
    /** The replicas that may be elected although they are not in sync; null when there are none. */
    eligibleLeaderReplicas: nullable(array(int32)).in("2+").default(null).tag(6, "2+"),
    /** The replicas that were the last ones eligible; null when there are none. */
    lastKnownElr: nullable(array(int32)).in("2+").default(null).tag(7, "2+"),
  }),
);
export type PartitionChangeRecord = Infer<typeof PartitionChangeRecord>;
