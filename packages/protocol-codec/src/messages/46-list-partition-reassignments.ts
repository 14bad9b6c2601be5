import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const ListPartitionReassignmentsRequest = message("ListPartitionReassignmentsRequest", { versions: "0", flexible: "0+" }, {
  timeoutMs: int32.default(60000),
  topics: nullable(array({
    name: string,
    partitionIndexes: array(int32),
  })).default(null),
});
export type ListPartitionReassignmentsRequest = Infer<typeof ListPartitionReassignmentsRequest>;

export const ListPartitionReassignmentsResponse = message("ListPartitionReassignmentsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      replicas: array(int32),
      addingReplicas: array(int32),
      removingReplicas: array(int32),
    }),
  }),
});
export type ListPartitionReassignmentsResponse = Infer<typeof ListPartitionReassignmentsResponse>;

/** API 46. */
export const ListPartitionReassignments = api(46, "ListPartitionReassignments", { request: ListPartitionReassignmentsRequest, response: ListPartitionReassignmentsResponse, throttleFrom: 0 });
