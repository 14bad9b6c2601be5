import { api, array, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeLogDirsRequest = message("DescribeLogDirsRequest", { versions: "1-5", flexible: "2+" }, {
  topics: nullable(array({
    topic: string,
    partitions: array(int32),
  })),
});
export type DescribeLogDirsRequest = Infer<typeof DescribeLogDirsRequest>;

export const DescribeLogDirsResponse = message("DescribeLogDirsResponse", { versions: "1-5", flexible: "2+" }, {
  throttleTimeMs: int32,
  errorCode: int16.in("3+").ignorable,
  results: array({
    errorCode: int16,
    logDir: string,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        partitionSize: int64,
        offsetLag: int64,
        isFutureKey: bool,
      }),
    }),
    totalBytes: int64.in("4+").default(-1n).ignorable,
    usableBytes: int64.in("4+").default(-1n).ignorable,
    isCordoned: bool.in("5+").ignorable,
  }),
});
export type DescribeLogDirsResponse = Infer<typeof DescribeLogDirsResponse>;

/** API 35. */
export const DescribeLogDirs = api(35, "DescribeLogDirs", { request: DescribeLogDirsRequest, response: DescribeLogDirsResponse, throttleFrom: 1 });
