import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const DeleteShareGroupStateRequest = message("DeleteShareGroupStateRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
    }),
  }),
});
export type DeleteShareGroupStateRequest = Infer<typeof DeleteShareGroupStateRequest>;

export const DeleteShareGroupStateResponse = message("DeleteShareGroupStateResponse", { versions: "0", flexible: "0+" }, {
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
    }),
  }),
});
export type DeleteShareGroupStateResponse = Infer<typeof DeleteShareGroupStateResponse>;

/** API 86. */
export const DeleteShareGroupState = api(86, "DeleteShareGroupState", { request: DeleteShareGroupStateRequest, response: DeleteShareGroupStateResponse });
