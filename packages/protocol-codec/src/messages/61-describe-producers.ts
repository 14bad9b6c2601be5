import { api, array, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeProducersRequest = message("DescribeProducersRequest", { versions: "0", flexible: "0+" }, {
  topics: array({
    name: string,
    partitionIndexes: array(int32),
  }),
});
export type DescribeProducersRequest = Infer<typeof DescribeProducersRequest>;

export const DescribeProducersResponse = message("DescribeProducersResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
      activeProducers: array({
        producerId: int64,
        producerEpoch: int32,
        lastSequence: int32.default(-1),
        lastTimestamp: int64.default(-1n),
        coordinatorEpoch: int32,
        currentTxnStartOffset: int64.default(-1n),
      }),
    }),
  }),
});
export type DescribeProducersResponse = Infer<typeof DescribeProducersResponse>;

/** API 61. */
export const DescribeProducers = api(61, "DescribeProducers", { request: DescribeProducersRequest, response: DescribeProducersResponse, throttleFrom: 0 });
