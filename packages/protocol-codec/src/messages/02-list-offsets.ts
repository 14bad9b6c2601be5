import { api, array, int16, int32, int64, int8, message, string, type Infer } from "../schema/index.js";

export const ListOffsetsRequest = message("ListOffsetsRequest", { versions: "1-11", flexible: "6+" }, {
  replicaId: int32,
  isolationLevel: int8.in("2+"),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      currentLeaderEpoch: int32.in("4+").default(-1).ignorable,
      timestamp: int64,
    }),
  }),
  timeoutMs: int32.in("10+").ignorable,
});
export type ListOffsetsRequest = Infer<typeof ListOffsetsRequest>;

export const ListOffsetsResponse = message("ListOffsetsResponse", { versions: "1-11", flexible: "6+" }, {
  throttleTimeMs: int32.in("2+").ignorable,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      timestamp: int64.in("1+").default(-1n),
      offset: int64.in("1+").default(-1n),
      leaderEpoch: int32.in("4+").default(-1),
    }),
  }),
});
export type ListOffsetsResponse = Infer<typeof ListOffsetsResponse>;

/** API 2. */
export const ListOffsets = api(2, "ListOffsets", { request: ListOffsetsRequest, response: ListOffsetsResponse, throttleFrom: 3 });
