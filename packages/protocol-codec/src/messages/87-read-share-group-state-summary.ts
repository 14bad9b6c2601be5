import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of ReadShareGroupStateSummary. */
export const ReadShareGroupStateSummaryRequest = message(
  "ReadShareGroupStateSummaryRequest",
  { versions: "0-1", flexible: "0+" },
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
export type ReadShareGroupStateSummaryRequest = Infer<typeof ReadShareGroupStateSummaryRequest>;

/** The response of ReadShareGroupStateSummary. */
export const ReadShareGroupStateSummaryResponse = message(
  "ReadShareGroupStateSummaryResponse",
  { versions: "0-1", flexible: "0+" },
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
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32,
        /** The first offset that is not settled yet, -1 when there is none. */
        startOffset: int64,
        /** The number of records behind the start offset whose delivery is over, -1 when it is not known. */
        deliveryCompleteCount: int32.in("1+").default(-1).ignorable,
      }),
    }),
  }),
);
export type ReadShareGroupStateSummaryResponse = Infer<typeof ReadShareGroupStateSummaryResponse>;

/** Reads the outline of the state of a share group's partitions; between brokers. */
export const ReadShareGroupStateSummary = api(87, "ReadShareGroupStateSummary", {
  request: ReadShareGroupStateSummaryRequest,
  response: ReadShareGroupStateSummaryResponse,
});
