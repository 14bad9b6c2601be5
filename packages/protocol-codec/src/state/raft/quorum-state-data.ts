import { array, int32, int64, message, nullable, string, uuid, type Infer } from "../../schema/index.js";

/** What a node of the quorum keeps in its file quorum-state. */
export const QuorumStateData = message("QuorumStateData", { versions: "0-1", flexible: "0+" }, () => ({
  /** The id of the cluster, or null when it is not known. */
  clusterId: string.in("0"),
  /** The node id of the leader, -1 when there is none. */
  leaderId: int32.default(-1),
  /** The epoch of the partition's leader, -1 when it is not known. */
  leaderEpoch: int32.default(-1),
  /** The node id of the candidate voted for, -1 for none. */
  votedId: int32.default(-1),
  /** The directory of the candidate voted for, zero for none. */
  votedDirectoryId: uuid.in("1+"),
  /** The offset up to which the log was applied; kept for the first version only. */
  appliedOffset: int64.in("0"),
  /** The voters of the quorum. */
  currentVoters: nullable(
    array({
      /** The node id of the voter. */
      voterId: int32.in("0"),
    }),
  ).in("0"),
}));
export type QuorumStateData = Infer<typeof QuorumStateData>;
