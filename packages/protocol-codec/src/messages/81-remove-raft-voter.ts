import { api, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const RemoveRaftVoterRequest = message("RemoveRaftVoterRequest", { versions: "0", flexible: "0+" }, {
  clusterId: nullable(string),
  voterId: int32,
  voterDirectoryId: uuid,
});
export type RemoveRaftVoterRequest = Infer<typeof RemoveRaftVoterRequest>;

export const RemoveRaftVoterResponse = message("RemoveRaftVoterResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).ignorable,
});
export type RemoveRaftVoterResponse = Infer<typeof RemoveRaftVoterResponse>;

/** API 81. */
export const RemoveRaftVoter = api(81, "RemoveRaftVoter", { request: RemoveRaftVoterRequest, response: RemoveRaftVoterResponse, throttleFrom: 0 });
