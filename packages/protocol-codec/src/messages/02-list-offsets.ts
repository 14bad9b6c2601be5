import { api, array, int16, int32, int64, int8, message, string, type Infer } from "../schema/index.js";

/** The request of ListOffsets. */
export const ListOffsetsRequest = message("ListOffsetsRequest", { versions: "1-11", flexible: "6+" }, () => ({
  /** The node id of the follower, -1 from consumers. */
  replicaId: int32,
  /** 0 to read everything, 1 to read only what is committed. */
  isolationLevel: int8.in("2+"),
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** The leader epoch that the client knows, so that a stale one can be told; -1 for none. */
      currentLeaderEpoch: int32.in("4+").default(-1).ignorable,
      /**
       * The time from which on to look, in milliseconds since 1970; or -1 latest, -2 earliest, -3 largest timestamp,
       * -4 earliest on local disk, -5 last in tiered storage, -6 earliest that waits for upload.
       */
      timestamp: int64,
    }),
  }),
  /** For how long the broker may take. */
  timeoutMs: int32.in("10+").ignorable,
}));
export type ListOffsetsRequest = Infer<typeof ListOffsetsRequest>;
/** One partition of a request of ListOffsets. */
export type ListOffsetsRequestPartition = ListOffsetsRequest["topics"][number]["partitions"][number];

/** The response of ListOffsets. */
export const ListOffsetsResponse = message("ListOffsetsResponse", { versions: "1-11", flexible: "6+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("2+").ignorable,
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
      /** The time of the record found, in milliseconds since 1970; -1 when there is none. */
      timestamp: int64.in("1+").default(-1n),
      /** The offset found, -1 when there is none. */
      offset: int64.in("1+").default(-1n),
      /** The epoch of the partition's leader, -1 when it is not known. */
      leaderEpoch: int32.in("4+").default(-1),
    }),
  }),
}));
export type ListOffsetsResponse = Infer<typeof ListOffsetsResponse>;
/** One partition of a response of ListOffsets. */
export type ListOffsetsResponsePartition = ListOffsetsResponse["topics"][number]["partitions"][number];

/** Finds the offset that belongs to a time, or the first and last ones, at each partition's leader. */
export const ListOffsets = api(2, "ListOffsets", {
  request: ListOffsetsRequest,
  response: ListOffsetsResponse,
  throttleFrom: 3,
});
