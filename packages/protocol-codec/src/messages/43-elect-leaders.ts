import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of ElectLeaders. */
export const ElectLeadersRequest = message("ElectLeadersRequest", { versions: "0-2", flexible: "2+" }, () => ({
  /** 0 to elect the preferred leaders, 1 to elect even replicas that are not in sync. */
  electionType: int8.in("1+"),
  /** The partitions, by topic. */
  topicPartitions: nullable(
    array({
      /** The topic's name. */
      topic: string,
      /** The partitions. */
      partitions: array(int32),
    }),
  ),
  /** For how long the broker may take. */
  timeoutMs: int32.default(60000),
}));
export type ElectLeadersRequest = Infer<typeof ElectLeadersRequest>;

/** The response of ElectLeaders. */
export const ElectLeadersResponse = message("ElectLeadersResponse", { versions: "0-2", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("1+"),
  /** What became of the elections, by topic. */
  replicaElectionResults: array({
    /** The topic's name. */
    topic: string,
    /** What became of each partition. */
    partitionResult: array({
      /** The partition's number. */
      partitionId: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string),
    }),
  }),
}));
export type ElectLeadersResponse = Infer<typeof ElectLeadersResponse>;

/** Elects leaders of partitions anew. */
export const ElectLeaders = api(43, "ElectLeaders", {
  request: ElectLeadersRequest,
  response: ElectLeadersResponse,
  throttleFrom: 0,
});
