import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

/** The request of OffsetForLeaderEpoch. */
export const OffsetForLeaderEpochRequest = message(
  "OffsetForLeaderEpochRequest",
  { versions: "2-4", flexible: "4+" },
  () => ({
    /** The node id of the follower, -1 from consumers. */
    replicaId: int32.in("3+").default(-2).ignorable,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      topic: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partition: int32,
        /** The leader epoch that the client knows, so that a stale one can be told; -1 for none. */
        currentLeaderEpoch: int32.in("2+").default(-1).ignorable,
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32,
      }),
    }),
  }),
);
export type OffsetForLeaderEpochRequest = Infer<typeof OffsetForLeaderEpochRequest>;

/** The response of OffsetForLeaderEpoch. */
export const OffsetForLeaderEpochResponse = message(
  "OffsetForLeaderEpochResponse",
  { versions: "2-4", flexible: "4+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32.in("2+").ignorable,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      topic: string,
      /** The partitions. */
      partitions: array({
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The partition's number. */
        partition: int32,
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32.in("1+").default(-1).ignorable,
        /** The first offset behind the epoch, -1 when it is not known. */
        endOffset: int64.default(-1n),
      }),
    }),
  }),
);
export type OffsetForLeaderEpochResponse = Infer<typeof OffsetForLeaderEpochResponse>;

/** Finds where a leader epoch ended, to notice that a log was truncated (KIP-320). */
export const OffsetForLeaderEpoch = api(23, "OffsetForLeaderEpoch", {
  request: OffsetForLeaderEpochRequest,
  response: OffsetForLeaderEpochResponse,
  throttleFrom: 2,
});
