import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of InitializeShareGroupState. */
export const InitializeShareGroupStateRequest = message(
  "InitializeShareGroupStateRequest",
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
        /** The epoch of the partition's share state, -1 when it is not known. */
        stateEpoch: int32,
        /** The first offset that is not settled yet, -1 when there is none. */
        startOffset: int64,
      }),
    }),
  }),
);
export type InitializeShareGroupStateRequest = Infer<typeof InitializeShareGroupStateRequest>;

/** The response of InitializeShareGroupState. */
export const InitializeShareGroupStateResponse = message(
  "InitializeShareGroupStateResponse",
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
export type InitializeShareGroupStateResponse = Infer<typeof InitializeShareGroupStateResponse>;

/** Sets up the state of a share group's partitions; between brokers. */
export const InitializeShareGroupState = api(83, "InitializeShareGroupState", {
  request: InitializeShareGroupStateRequest,
  response: InitializeShareGroupStateResponse,
});
