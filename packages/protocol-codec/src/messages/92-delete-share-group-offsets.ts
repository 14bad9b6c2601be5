import { api, array, int16, int32, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of DeleteShareGroupOffsets. */
export const DeleteShareGroupOffsetsRequest = message(
  "DeleteShareGroupOffsetsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      topicName: string,
    }),
  }),
);
export type DeleteShareGroupOffsetsRequest = Infer<typeof DeleteShareGroupOffsetsRequest>;

/** The response of DeleteShareGroupOffsets. */
export const DeleteShareGroupOffsetsResponse = message(
  "DeleteShareGroupOffsetsResponse",
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
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).default(null),
    }),
  }),
);
export type DeleteShareGroupOffsetsResponse = Infer<typeof DeleteShareGroupOffsetsResponse>;

/** Forgets how far a share group has come with topics. */
export const DeleteShareGroupOffsets = api(92, "DeleteShareGroupOffsets", {
  request: DeleteShareGroupOffsetsRequest,
  response: DeleteShareGroupOffsetsResponse,
  throttleFrom: 0,
});
