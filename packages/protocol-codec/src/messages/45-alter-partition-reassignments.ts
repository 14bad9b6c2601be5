import { api, array, bool, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const AlterPartitionReassignmentsRequest = message("AlterPartitionReassignmentsRequest", { versions: "0-1", flexible: "0+" }, {
  timeoutMs: int32.default(60000),
  allowReplicationFactorChange: bool.in("1+").default(true),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      replicas: nullable(array(int32)).default(null),
    }),
  }),
});
export type AlterPartitionReassignmentsRequest = Infer<typeof AlterPartitionReassignmentsRequest>;

export const AlterPartitionReassignmentsResponse = message("AlterPartitionReassignmentsResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  allowReplicationFactorChange: bool.in("1+").default(true).ignorable,
  errorCode: int16,
  errorMessage: nullable(string),
  responses: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  }),
});
export type AlterPartitionReassignmentsResponse = Infer<typeof AlterPartitionReassignmentsResponse>;

/** API 45. */
export const AlterPartitionReassignments = api(45, "AlterPartitionReassignments", { request: AlterPartitionReassignmentsRequest, response: AlterPartitionReassignmentsResponse, throttleFrom: 0 });
