import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of DeleteShareGroupState. */
export const DeleteShareGroupStateRequest = message(
  "DeleteShareGroupStateRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The topics. */
    topics: array({
      /** The topic's id. */
      topicId: uuid,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partition: int32,
      }),
    }),
  }),
);
export type DeleteShareGroupStateRequest = Infer<typeof DeleteShareGroupStateRequest>;

/** The response of DeleteShareGroupState. */
export const DeleteShareGroupStateResponse = message(
  "DeleteShareGroupStateResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The results, one for each item of the request. */
    results: array({
      /** The topic's id. */
      topicId: uuid,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partition: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The broker's words on the error, or null. */
        errorMessage: nullable(string).default(null),
      }),
    }),
  }),
);
export type DeleteShareGroupStateResponse = Infer<typeof DeleteShareGroupStateResponse>;

/** Deletes the state of a share group's partitions; between brokers. */
export const DeleteShareGroupState = api(86, "DeleteShareGroupState", {
  request: DeleteShareGroupStateRequest,
  response: DeleteShareGroupStateResponse,
});
