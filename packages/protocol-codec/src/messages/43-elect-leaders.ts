import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const ElectLeadersRequest = message("ElectLeadersRequest", { versions: "0-2", flexible: "2+" }, {
  electionType: int8.in("1+"),
  topicPartitions: nullable(array({
    topic: string,
    partitions: array(int32),
  })),
  timeoutMs: int32.default(60000),
});
export type ElectLeadersRequest = Infer<typeof ElectLeadersRequest>;

export const ElectLeadersResponse = message("ElectLeadersResponse", { versions: "0-2", flexible: "2+" }, {
  throttleTimeMs: int32,
  errorCode: int16.in("1+"),
  replicaElectionResults: array({
    topic: string,
    partitionResult: array({
      partitionId: int32,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  }),
});
export type ElectLeadersResponse = Infer<typeof ElectLeadersResponse>;

/** API 43. */
export const ElectLeaders = api(43, "ElectLeaders", { request: ElectLeadersRequest, response: ElectLeadersResponse, throttleFrom: 0 });
