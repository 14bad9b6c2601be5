import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

export const DeleteRecordsRequest = message("DeleteRecordsRequest", { versions: "0-2", flexible: "2+" }, {
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      offset: int64,
    }),
  }),
  timeoutMs: int32,
});
export type DeleteRecordsRequest = Infer<typeof DeleteRecordsRequest>;

export const DeleteRecordsResponse = message("DeleteRecordsResponse", { versions: "0-2", flexible: "2+" }, {
  throttleTimeMs: int32,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      lowWatermark: int64,
      errorCode: int16,
    }),
  }),
});
export type DeleteRecordsResponse = Infer<typeof DeleteRecordsResponse>;

/** API 21. */
export const DeleteRecords = api(21, "DeleteRecords", { request: DeleteRecordsRequest, response: DeleteRecordsResponse, throttleFrom: 1 });
