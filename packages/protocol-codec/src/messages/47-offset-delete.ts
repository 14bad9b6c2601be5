import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

export const OffsetDeleteRequest = message("OffsetDeleteRequest", { versions: "0", flexible: "none" }, {
  groupId: string,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
    }),
  }),
});
export type OffsetDeleteRequest = Infer<typeof OffsetDeleteRequest>;

export const OffsetDeleteResponse = message("OffsetDeleteResponse", { versions: "0", flexible: "none" }, {
  errorCode: int16,
  throttleTimeMs: int32.ignorable,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});
export type OffsetDeleteResponse = Infer<typeof OffsetDeleteResponse>;

/** API 47. */
export const OffsetDelete = api(47, "OffsetDelete", { request: OffsetDeleteRequest, response: OffsetDeleteResponse, throttleFrom: 0 });
