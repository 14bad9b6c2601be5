import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

export const DescribeTransactionsRequest = message("DescribeTransactionsRequest", { versions: "0", flexible: "0+" }, {
  transactionalIds: array(string),
});
export type DescribeTransactionsRequest = Infer<typeof DescribeTransactionsRequest>;

export const DescribeTransactionsResponse = message("DescribeTransactionsResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  transactionStates: array({
    errorCode: int16,
    transactionalId: string,
    transactionState: string,
    transactionTimeoutMs: int32,
    transactionStartTimeMs: int64,
    producerId: int64,
    producerEpoch: int16,
    topics: array({
      topic: string,
      partitions: array(int32),
    }),
  }),
});
export type DescribeTransactionsResponse = Infer<typeof DescribeTransactionsResponse>;

/** API 65. */
export const DescribeTransactions = api(65, "DescribeTransactions", { request: DescribeTransactionsRequest, response: DescribeTransactionsResponse, throttleFrom: 0 });
