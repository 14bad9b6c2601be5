import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const DeleteTopicsRequest = message("DeleteTopicsRequest", { versions: "1-6", flexible: "4+" }, {
  topics: array({
    name: nullable(string).in("6+").default(null),
    topicId: uuid.in("6+"),
  }).in("6+"),
  topicNames: array(string).in("0-5").ignorable,
  timeoutMs: int32,
});
export type DeleteTopicsRequest = Infer<typeof DeleteTopicsRequest>;

export const DeleteTopicsResponse = message("DeleteTopicsResponse", { versions: "1-6", flexible: "4+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  responses: array({
    name: nullable(string, "6+"),
    topicId: uuid.in("6+").ignorable,
    errorCode: int16,
    errorMessage: nullable(string).in("5+").default(null).ignorable,
  }),
});
export type DeleteTopicsResponse = Infer<typeof DeleteTopicsResponse>;

/** API 20. */
export const DeleteTopics = api(20, "DeleteTopics", { request: DeleteTopicsRequest, response: DeleteTopicsResponse, throttleFrom: 2 });
