import { api, array, bool, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of AlterPartitionReassignments. */
export const AlterPartitionReassignmentsRequest = message(
  "AlterPartitionReassignmentsRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the broker may take. */
    timeoutMs: int32.default(60000),
    /** Whether the assignment may change the number of replicas. */
    allowReplicationFactorChange: bool.in("1+").default(true),
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** The replicas that the partition shall have, or null to call off a move. */
        replicas: nullable(array(int32)).default(null),
      }),
    }),
  }),
);
export type AlterPartitionReassignmentsRequest = Infer<typeof AlterPartitionReassignmentsRequest>;

/** The response of AlterPartitionReassignments. */
export const AlterPartitionReassignmentsResponse = message(
  "AlterPartitionReassignmentsResponse",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Whether the assignment may change the number of replicas. */
    allowReplicationFactorChange: bool.in("1+").default(true).ignorable,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The results, one for each item of the request. */
    responses: array({
      /** The topic's name. */
      name: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The broker's words on the error, or null. */
        errorMessage: nullable(string),
      }),
    }),
  }),
);
export type AlterPartitionReassignmentsResponse = Infer<typeof AlterPartitionReassignmentsResponse>;

/** Moves replicas between brokers (KIP-455). */
export const AlterPartitionReassignments = api(45, "AlterPartitionReassignments", {
  request: AlterPartitionReassignmentsRequest,
  response: AlterPartitionReassignmentsResponse,
  throttleFrom: 0,
});
