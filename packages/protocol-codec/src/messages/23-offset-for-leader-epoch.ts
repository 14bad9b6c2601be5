import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

export const OffsetForLeaderEpochRequest = message("OffsetForLeaderEpochRequest", { versions: "2-4", flexible: "4+" }, {
  replicaId: int32.in("3+").default(-2).ignorable,
  topics: array({
    topic: string,
    partitions: array({
      partition: int32,
      currentLeaderEpoch: int32.in("2+").default(-1).ignorable,
      leaderEpoch: int32,
    }),
  }),
});
export type OffsetForLeaderEpochRequest = Infer<typeof OffsetForLeaderEpochRequest>;

export const OffsetForLeaderEpochResponse = message("OffsetForLeaderEpochResponse", { versions: "2-4", flexible: "4+" }, {
  throttleTimeMs: int32.in("2+").ignorable,
  topics: array({
    topic: string,
    partitions: array({
      errorCode: int16,
      partition: int32,
      leaderEpoch: int32.in("1+").default(-1).ignorable,
      endOffset: int64.default(-1n),
    }),
  }),
});
export type OffsetForLeaderEpochResponse = Infer<typeof OffsetForLeaderEpochResponse>;

/** API 23. */
export const OffsetForLeaderEpoch = api(23, "OffsetForLeaderEpoch", { request: OffsetForLeaderEpochRequest, response: OffsetForLeaderEpochResponse, throttleFrom: 2 });
