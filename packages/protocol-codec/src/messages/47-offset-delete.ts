import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

/** The request of OffsetDelete. */
export const OffsetDeleteRequest = message("OffsetDeleteRequest", { versions: "0", flexible: "none" }, () => ({
  /** The group id. */
  groupId: string,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
    }),
  }),
}));
export type OffsetDeleteRequest = Infer<typeof OffsetDeleteRequest>;
/** One topic of a request of OffsetDelete. */
export type OffsetDeleteRequestTopic = OffsetDeleteRequest["topics"][number];

/** The response of OffsetDelete. */
export const OffsetDeleteResponse = message("OffsetDeleteResponse", { versions: "0", flexible: "none" }, () => ({
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
    }),
  }),
}));
export type OffsetDeleteResponse = Infer<typeof OffsetDeleteResponse>;

/** Deletes committed offsets of a group. */
export const OffsetDelete = api(47, "OffsetDelete", {
  request: OffsetDeleteRequest,
  response: OffsetDeleteResponse,
  throttleFrom: 0,
});
