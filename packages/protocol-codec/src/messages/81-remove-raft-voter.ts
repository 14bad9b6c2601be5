import { api, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of RemoveRaftVoter. */
export const RemoveRaftVoterRequest = message("RemoveRaftVoterRequest", { versions: "0", flexible: "0+" }, () => ({
  /** The id of the cluster, or null when it is not known. */
  clusterId: nullable(string),
  /** The node id of the voter. */
  voterId: int32,
  /** The log directory of the voter. */
  voterDirectoryId: uuid,
}));
export type RemoveRaftVoterRequest = Infer<typeof RemoveRaftVoterRequest>;

/** The response of RemoveRaftVoter. */
export const RemoveRaftVoterResponse = message("RemoveRaftVoterResponse", { versions: "0", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).ignorable,
}));
export type RemoveRaftVoterResponse = Infer<typeof RemoveRaftVoterResponse>;

/** Removes a voter from the quorum of controllers. */
export const RemoveRaftVoter = api(81, "RemoveRaftVoter", {
  request: RemoveRaftVoterRequest,
  response: RemoveRaftVoterResponse,
  throttleFrom: 0,
});
