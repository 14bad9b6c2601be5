import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const InitializeShareGroupStateRequest = message("InitializeShareGroupStateRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      stateEpoch: int32,
      startOffset: int64,
    }),
  }),
});
export type InitializeShareGroupStateRequest = Infer<typeof InitializeShareGroupStateRequest>;

export const InitializeShareGroupStateResponse = message("InitializeShareGroupStateResponse", { versions: "0", flexible: "0+" }, {
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
    }),
  }),
});
export type InitializeShareGroupStateResponse = Infer<typeof InitializeShareGroupStateResponse>;

/** API 83. */
export const InitializeShareGroupState = api(83, "InitializeShareGroupState", { request: InitializeShareGroupStateRequest, response: InitializeShareGroupStateResponse });
