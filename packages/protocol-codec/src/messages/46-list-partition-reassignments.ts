import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of ListPartitionReassignments. */
export const ListPartitionReassignmentsRequest = message(
  "ListPartitionReassignmentsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the broker may take. */
    timeoutMs: int32.default(60000),
    /** The partitions to look at, or null for all. */
    topics: nullable(
      array({
        /** The topic's name. */
        name: string,
        /** The partitions' numbers. */
        partitionIndexes: array(int32),
      }),
    ).default(null),
  }),
);
export type ListPartitionReassignmentsRequest = Infer<typeof ListPartitionReassignmentsRequest>;

/** The response of ListPartitionReassignments. */
export const ListPartitionReassignmentsResponse = message(
  "ListPartitionReassignmentsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** The replicas, the preferred leader first. */
        replicas: array(int32),
        /** The replicas that are being added. */
        addingReplicas: array(int32),
        /** The replicas that are being removed. */
        removingReplicas: array(int32),
      }),
    }),
  }),
);
export type ListPartitionReassignmentsResponse = Infer<typeof ListPartitionReassignmentsResponse>;

/** Lists the moves of replicas that are under way. */
export const ListPartitionReassignments = api(46, "ListPartitionReassignments", {
  request: ListPartitionReassignmentsRequest,
  response: ListPartitionReassignmentsResponse,
  throttleFrom: 0,
});
