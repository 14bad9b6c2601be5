import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of DeleteTopics. */
export const DeleteTopicsRequest = message("DeleteTopicsRequest", { versions: "1-6", flexible: "4+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: nullable(string).in("6+").default(null),
    /** The topic's id; zero to delete by name. */
    topicId: uuid.in("6+"),
  }).in("6+"),
  /** The topics' names. */
  topicNames: array(string).in("0-5").ignorable,
  /** For how long the broker may take. */
  timeoutMs: int32,
}));
export type DeleteTopicsRequest = Infer<typeof DeleteTopicsRequest>;
/** One topic of a request of DeleteTopics. */
export type DeleteTopicsRequestTopic = DeleteTopicsRequest["topics"][number];

/** The response of DeleteTopics. */
export const DeleteTopicsResponse = message("DeleteTopicsResponse", { versions: "1-6", flexible: "4+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** The results, one for each item of the request. */
  responses: array({
    /** The topic's name. */
    name: nullable(string, "6+"),
    /** The topic's id. */
    topicId: uuid.in("6+").ignorable,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).in("5+").default(null).ignorable,
  }),
}));
export type DeleteTopicsResponse = Infer<typeof DeleteTopicsResponse>;
/** One topic of a response of DeleteTopics. */
export type DeleteTopicsResponseTopic = DeleteTopicsResponse["responses"][number];

/** Deletes topics by name or id, at the controller. */
export const DeleteTopics = api(20, "DeleteTopics", {
  request: DeleteTopicsRequest,
  response: DeleteTopicsResponse,
  throttleFrom: 2,
});
