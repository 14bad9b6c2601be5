import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const ReadShareGroupStateSummaryRequest = message("ReadShareGroupStateSummaryRequest", { versions: "0-1", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      leaderEpoch: int32,
    }),
  }),
});
export type ReadShareGroupStateSummaryRequest = Infer<typeof ReadShareGroupStateSummaryRequest>;

export const ReadShareGroupStateSummaryResponse = message("ReadShareGroupStateSummaryResponse", { versions: "0-1", flexible: "0+" }, {
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.in("1+").default(-1).ignorable,
    }),
  }),
});
export type ReadShareGroupStateSummaryResponse = Infer<typeof ReadShareGroupStateSummaryResponse>;

/** API 87. */
export const ReadShareGroupStateSummary = api(87, "ReadShareGroupStateSummary", { request: ReadShareGroupStateSummaryRequest, response: ReadShareGroupStateSummaryResponse });
