import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

/** The request of DeleteRecords. */
export const DeleteRecordsRequest = message("DeleteRecordsRequest", { versions: "0-2", flexible: "2+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Everything before this offset is deleted; -1 for the high watermark. */
      offset: int64,
    }),
  }),
  /** For how long the broker may take. */
  timeoutMs: int32,
}));
export type DeleteRecordsRequest = Infer<typeof DeleteRecordsRequest>;

/** The response of DeleteRecords. */
export const DeleteRecordsResponse = message("DeleteRecordsResponse", { versions: "0-2", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** The partition's new first offset. */
      lowWatermark: int64,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
    }),
  }),
}));
export type DeleteRecordsResponse = Infer<typeof DeleteRecordsResponse>;
/** One partition of a response of DeleteRecords. */
export type DeleteRecordsResponsePartition = DeleteRecordsResponse["topics"][number]["partitions"][number];

/** Deletes everything before an offset, at each partition's leader. */
export const DeleteRecords = api(21, "DeleteRecords", {
  request: DeleteRecordsRequest,
  response: DeleteRecordsResponse,
  throttleFrom: 1,
});
