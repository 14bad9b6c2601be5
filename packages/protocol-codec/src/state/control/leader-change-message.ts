import { array, int16, int32, message, uuid, type Infer } from "../../schema/index.js";

const voter = {
  /** The node id of the voter. */
  voterId: int32,
  /** The log directory of the voter. */
  voterDirectoryId: uuid.in("1+"),
};

/** The control record that a new leader of the quorum writes. */
export const LeaderChangeMessage = message("LeaderChangeMessage", { versions: "0-1", flexible: "0+" }, () => ({
  /** The version of this schema, kept in the record itself. */
  version: int16,
  /** The node id of the leader, -1 when there is none. */
  leaderId: int32,
  /** The voters. */
  voters: array(voter),
  /** The voters that voted for the leader. */
  grantingVoters: array(voter),
}));
export type LeaderChangeMessage = Infer<typeof LeaderChangeMessage>;
