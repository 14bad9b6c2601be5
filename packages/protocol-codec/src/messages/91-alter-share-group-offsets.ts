import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const AlterShareGroupOffsetsRequest = message("AlterShareGroupOffsetsRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      startOffset: int64,
    }),
  }),
});
export type AlterShareGroupOffsetsRequest = Infer<typeof AlterShareGroupOffsetsRequest>;

export const AlterShareGroupOffsetsResponse = message("AlterShareGroupOffsetsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  responses: array({
    topicName: string,
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
    }),
  }),
});
export type AlterShareGroupOffsetsResponse = Infer<typeof AlterShareGroupOffsetsResponse>;

/** API 91. */
export const AlterShareGroupOffsets = api(91, "AlterShareGroupOffsets", { request: AlterShareGroupOffsetsRequest, response: AlterShareGroupOffsetsResponse, throttleFrom: 0 });
