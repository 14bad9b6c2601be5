import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const DescribeShareGroupOffsetsRequest = message("DescribeShareGroupOffsetsRequest", { versions: "0-1", flexible: "0+" }, {
  groups: array({
    groupId: string,
    topics: nullable(array({
      topicName: string,
      partitions: array(int32),
    })),
  }),
});
export type DescribeShareGroupOffsetsRequest = Infer<typeof DescribeShareGroupOffsetsRequest>;

export const DescribeShareGroupOffsetsResponse = message("DescribeShareGroupOffsetsResponse", { versions: "0-1", flexible: "0+" }, {
  throttleTimeMs: int32,
  groups: array({
    groupId: string,
    topics: array({
      topicName: string,
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        startOffset: int64,
        leaderEpoch: int32,
        lag: int64.in("1+").default(-1n).ignorable,
        errorCode: int16,
        errorMessage: nullable(string).default(null),
      }),
    }),
    errorCode: int16,
    errorMessage: nullable(string).default(null),
  }),
});
export type DescribeShareGroupOffsetsResponse = Infer<typeof DescribeShareGroupOffsetsResponse>;

/** API 90. */
export const DescribeShareGroupOffsets = api(90, "DescribeShareGroupOffsets", { request: DescribeShareGroupOffsetsRequest, response: DescribeShareGroupOffsetsResponse, throttleFrom: 0 });
