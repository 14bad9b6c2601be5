import { api, array, int16, int32, int64, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of WriteShareGroupState. */
export const WriteShareGroupStateRequest = message(
  "WriteShareGroupStateRequest",
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
        /** The epoch of the partition's share state, -1 when it is not known. */
        stateEpoch: int32,
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32,
        /** The first offset that is not settled yet, -1 when there is none. */
        startOffset: int64,
        /** The number of records behind the start offset whose delivery is over, -1 when it is not known. */
        deliveryCompleteCount: int32.in("1+").default(-1).ignorable,
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
export type WriteShareGroupStateRequest = Infer<typeof WriteShareGroupStateRequest>;

/** The response of WriteShareGroupState. */
export const WriteShareGroupStateResponse = message(
  "WriteShareGroupStateResponse",
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
      }),
    }),
  }),
);
export type WriteShareGroupStateResponse = Infer<typeof WriteShareGroupStateResponse>;

/** Writes the state of a share group's partitions; between brokers. */
export const WriteShareGroupState = api(85, "WriteShareGroupState", {
  request: WriteShareGroupStateRequest,
  response: WriteShareGroupStateResponse,
});
