import { api, array, bool, int16, int32, message, nullable, string, uint16, uuid, type Infer } from "../schema/index.js";

export const AddRaftVoterRequest = message("AddRaftVoterRequest", { versions: "0-1", flexible: "0+" }, {
  clusterId: nullable(string),
  timeoutMs: int32,
  voterId: int32,
  voterDirectoryId: uuid,
  listeners: array({
    name: string,
    host: string,
    port: uint16,
  }),
  ackWhenCommitted: bool.in("1+").default(true),
});
export type AddRaftVoterRequest = Infer<typeof AddRaftVoterRequest>;

export const AddRaftVoterResponse = message("AddRaftVoterResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).ignorable,
});
export type AddRaftVoterResponse = Infer<typeof AddRaftVoterResponse>;

/** API 80. */
export const AddRaftVoter = api(80, "AddRaftVoter", { request: AddRaftVoterRequest, response: AddRaftVoterResponse, throttleFrom: 0 });
