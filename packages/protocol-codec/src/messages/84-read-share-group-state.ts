import { api, array, int16, int32, int64, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const ReadShareGroupStateRequest = message("ReadShareGroupStateRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      leaderEpoch: int32,
    }),
  }),
});
export type ReadShareGroupStateRequest = Infer<typeof ReadShareGroupStateRequest>;

export const ReadShareGroupStateResponse = message("ReadShareGroupStateResponse", { versions: "0", flexible: "0+" }, {
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
      stateEpoch: int32,
      startOffset: int64,
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    }),
  }),
});
export type ReadShareGroupStateResponse = Infer<typeof ReadShareGroupStateResponse>;

/** API 84. */
export const ReadShareGroupState = api(84, "ReadShareGroupState", { request: ReadShareGroupStateRequest, response: ReadShareGroupStateResponse });
