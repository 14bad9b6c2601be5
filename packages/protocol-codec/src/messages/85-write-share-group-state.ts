import { api, array, int16, int32, int64, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const WriteShareGroupStateRequest = message("WriteShareGroupStateRequest", { versions: "0-1", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.in("1+").default(-1).ignorable,
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    }),
  }),
});
export type WriteShareGroupStateRequest = Infer<typeof WriteShareGroupStateRequest>;

export const WriteShareGroupStateResponse = message("WriteShareGroupStateResponse", { versions: "0-1", flexible: "0+" }, {
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
    }),
  }),
});
export type WriteShareGroupStateResponse = Infer<typeof WriteShareGroupStateResponse>;

/** API 85. */
export const WriteShareGroupState = api(85, "WriteShareGroupState", { request: WriteShareGroupStateRequest, response: WriteShareGroupStateResponse });
