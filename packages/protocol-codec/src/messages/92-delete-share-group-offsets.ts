import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const DeleteShareGroupOffsetsRequest = message("DeleteShareGroupOffsetsRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicName: string,
  }),
});
export type DeleteShareGroupOffsetsRequest = Infer<typeof DeleteShareGroupOffsetsRequest>;

export const DeleteShareGroupOffsetsResponse = message("DeleteShareGroupOffsetsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  responses: array({
    topicName: string,
    topicId: uuid,
    errorCode: int16,
    errorMessage: nullable(string).default(null),
  }),
});
export type DeleteShareGroupOffsetsResponse = Infer<typeof DeleteShareGroupOffsetsResponse>;

/** API 92. */
export const DeleteShareGroupOffsets = api(92, "DeleteShareGroupOffsets", { request: DeleteShareGroupOffsetsRequest, response: DeleteShareGroupOffsetsResponse, throttleFrom: 0 });
