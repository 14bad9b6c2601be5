import { api, array, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

/** The request of DescribeTransactions. */
export const DescribeTransactionsRequest = message(
  "DescribeTransactionsRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The transactional ids to describe. */
    transactionalIds: array(string),
  }),
);
export type DescribeTransactionsRequest = Infer<typeof DescribeTransactionsRequest>;

/** The response of DescribeTransactions. */
export const DescribeTransactionsResponse = message(
  "DescribeTransactionsResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The transactions. */
    transactionStates: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The transactional id. */
      transactionalId: string,
      /** The state of the transaction, by name. */
      transactionState: string,
      /** After how long the coordinator aborts a transaction that was left open. */
      transactionTimeoutMs: int32,
      /** When the transaction began, in milliseconds since 1970; -1 when none is open. */
      transactionStartTimeMs: int64,
      /** The id of the producer, -1 for none. */
      producerId: int64,
      /** The epoch of the producer, -1 for none. */
      producerEpoch: int16,
      /** The topics. */
      topics: array({
        /** The topic's name. */
        topic: string,
        /** The partitions. */
        partitions: array(int32),
      }),
    }),
  }),
);
export type DescribeTransactionsResponse = Infer<typeof DescribeTransactionsResponse>;

/** Describes transactions by transactional id. */
export const DescribeTransactions = api(65, "DescribeTransactions", {
  request: DescribeTransactionsRequest,
  response: DescribeTransactionsResponse,
  throttleFrom: 0,
});
