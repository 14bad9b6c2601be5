import { api, array, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeLogDirs. */
export const DescribeLogDirsRequest = message("DescribeLogDirsRequest", { versions: "1-5", flexible: "2+" }, () => ({
  /** The partitions to describe, or null for all. */
  topics: nullable(
    array({
      /** The topic's name. */
      topic: string,
      /** The partitions. */
      partitions: array(int32),
    }),
  ),
}));
export type DescribeLogDirsRequest = Infer<typeof DescribeLogDirsRequest>;

/** The response of DescribeLogDirs. */
export const DescribeLogDirsResponse = message("DescribeLogDirsResponse", { versions: "1-5", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("3+").ignorable,
  /** The results, one for each item of the request. */
  results: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The path of the log directory. */
    logDir: string,
    /** The topics. */
    topics: array({
      /** The topic's name. */
      name: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** The bytes that the partition takes. */
        partitionSize: int64,
        /** How far the copy is behind the high watermark, or behind the current copy. */
        offsetLag: int64,
        /** Whether this is the copy that will replace the current one after a move between directories. */
        isFutureKey: bool,
      }),
    }),
    /** The size of the volume, -1 when it is not known. */
    totalBytes: int64.in("4+").default(-1n).ignorable,
    /** The bytes left on the volume, -1 when they are not known. */
    usableBytes: int64.in("4+").default(-1n).ignorable,
    /** Whether the directory takes no new replicas. */
    isCordoned: bool.in("5+").ignorable,
  }),
}));
export type DescribeLogDirsResponse = Infer<typeof DescribeLogDirsResponse>;

/** Describes a broker's log directories and what they hold. */
export const DescribeLogDirs = api(35, "DescribeLogDirs", {
  request: DescribeLogDirsRequest,
  response: DescribeLogDirsResponse,
  throttleFrom: 1,
});
