import { api, array, int16, int32, int64, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of ReadShareGroupState. */
export const ReadShareGroupStateRequest = message(
  "ReadShareGroupStateRequest",
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
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32,
      }),
    }),
  }),
);
export type ReadShareGroupStateRequest = Infer<typeof ReadShareGroupStateRequest>;

/** The response of ReadShareGroupState. */
export const ReadShareGroupStateResponse = message(
  "ReadShareGroupStateResponse",
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
        /** The epoch of the partition's share state, -1 when it is not known. */
        stateEpoch: int32,
        /** The first offset that is not settled yet, -1 when there is none. */
        startOffset: int64,
        /** Ranges of offsets with what became of their records. */
        stateBatches: array({
          /** The first offset of the range. */
          firstOffset: int64,
          /** The last offset of the range. */
          lastOffset: int64,
          /** What became of the records: 0 available, 2 acknowledged, 4 archived. */
          deliveryState: int8,
          /** How often the records were delivered. */
          deliveryCount: int16,
        }),
      }),
    }),
  }),
);
export type ReadShareGroupStateResponse = Infer<typeof ReadShareGroupStateResponse>;

/** Reads the state of a share group's partitions; between brokers. */
export const ReadShareGroupState = api(84, "ReadShareGroupState", {
  request: ReadShareGroupStateRequest,
  response: ReadShareGroupStateResponse,
});
