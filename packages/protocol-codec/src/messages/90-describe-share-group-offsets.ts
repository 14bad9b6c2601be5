import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of DescribeShareGroupOffsets. */
export const DescribeShareGroupOffsetsRequest = message(
  "DescribeShareGroupOffsetsRequest",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** The groups. */
    groups: array({
      /** The group id. */
      groupId: string,
      /** The topics whose offsets to fetch, or null for all. */
      topics: nullable(
        array({
          /** The topic's name. */
          topicName: string,
          /** The partitions. */
          partitions: array(int32),
        }),
      ),
    }),
  }),
);
export type DescribeShareGroupOffsetsRequest = Infer<typeof DescribeShareGroupOffsetsRequest>;

/** The response of DescribeShareGroupOffsets. */
export const DescribeShareGroupOffsetsResponse = message(
  "DescribeShareGroupOffsetsResponse",
  { versions: "0-1", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The groups. */
    groups: array({
      /** The group id. */
      groupId: string,
      /** The topics whose offsets to fetch, or null for all. */
      topics: array({
        /** The topic's name. */
        topicName: string,
        /** The topic's id. */
        topicId: uuid,
        /** The partitions. */
        partitions: array({
          /** The partition's number. */
          partitionIndex: int32,
          /** The first offset that is not settled yet, -1 when there is none. */
          startOffset: int64,
          /** The epoch of the partition's leader, -1 when it is not known. */
          leaderEpoch: int32,
          /** The number of records not delivered yet, -1 when it is not known. */
          lag: int64.in("1+").default(-1n).ignorable,
          /** Kafka's error code; 0 for none. */
          errorCode: int16,
          /** The broker's words on the error, or null. */
          errorMessage: nullable(string).default(null),
        }),
      }),
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).default(null),
    }),
  }),
);
export type DescribeShareGroupOffsetsResponse = Infer<typeof DescribeShareGroupOffsetsResponse>;

/** Reads how far share groups have come. */
export const DescribeShareGroupOffsets = api(90, "DescribeShareGroupOffsets", {
  request: DescribeShareGroupOffsetsRequest,
  response: DescribeShareGroupOffsetsResponse,
  throttleFrom: 0,
});
