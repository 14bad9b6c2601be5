import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of AlterShareGroupOffsets. */
export const AlterShareGroupOffsetsRequest = message(
  "AlterShareGroupOffsetsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      topicName: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** The offset from which the group goes on. */
        startOffset: int64,
      }),
    }),
  }),
);
export type AlterShareGroupOffsetsRequest = Infer<typeof AlterShareGroupOffsetsRequest>;

/** The response of AlterShareGroupOffsets. */
export const AlterShareGroupOffsetsResponse = message(
  "AlterShareGroupOffsetsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).default(null),
    /** The results, one for each item of the request. */
    responses: array({
      /** The topic's name. */
      topicName: string,
      /** The topic's id. */
      topicId: uuid,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The broker's words on the error, or null. */
        errorMessage: nullable(string).default(null),
      }),
    }),
  }),
);
export type AlterShareGroupOffsetsResponse = Infer<typeof AlterShareGroupOffsetsResponse>;

/** Sets from where a share group goes on. */
export const AlterShareGroupOffsets = api(91, "AlterShareGroupOffsets", {
  request: AlterShareGroupOffsetsRequest,
  response: AlterShareGroupOffsetsResponse,
  throttleFrom: 0,
});
