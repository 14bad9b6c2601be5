import { array, int32, int64, message, nullable, string, uuid, type Infer } from "../../schema/index.js";

export const QuorumStateData = message("QuorumStateData", { versions: "0-1", flexible: "0+" }, {
  clusterId: string.in("0"),
  leaderId: int32.default(-1),
  leaderEpoch: int32.default(-1),
  votedId: int32.default(-1),
  votedDirectoryId: uuid.in("1+"),
  appliedOffset: int64.in("0"),
  currentVoters: nullable(array({
    voterId: int32.in("0"),
  })).in("0"),
});
export type QuorumStateData = Infer<typeof QuorumStateData>;
