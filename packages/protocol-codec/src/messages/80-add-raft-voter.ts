import {
  api,
  array,
  bool,
  int16,
  int32,
  message,
  nullable,
  string,
  uint16,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of AddRaftVoter. */
export const AddRaftVoterRequest = message("AddRaftVoterRequest", { versions: "0-1", flexible: "0+" }, () => ({
  /** The id of the cluster, or null when it is not known. */
  clusterId: nullable(string),
  /** For how long the broker may take. */
  timeoutMs: int32,
  /** The node id of the voter. */
  voterId: int32,
  /** The log directory of the voter. */
  voterDirectoryId: uuid,
  /** Where the node listens. */
  listeners: array({
    /** The name of the listener. */
    name: string,
    /** The host name or address. */
    host: string,
    /** The port. */
    port: uint16,
  }),
  /** Whether to answer only when the change is committed, or already when it is written. */
  ackWhenCommitted: bool.in("1+").default(true),
}));
export type AddRaftVoterRequest = Infer<typeof AddRaftVoterRequest>;

/** The response of AddRaftVoter. */
export const AddRaftVoterResponse = message("AddRaftVoterResponse", { versions: "0-1", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).ignorable,
}));
export type AddRaftVoterResponse = Infer<typeof AddRaftVoterResponse>;

/** Adds a voter to the quorum of controllers. */
export const AddRaftVoter = api(80, "AddRaftVoter", {
  request: AddRaftVoterRequest,
  response: AddRaftVoterResponse,
  throttleFrom: 0,
});
