import { api, array, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of ListTransactions. */
export const ListTransactionsRequest = message("ListTransactionsRequest", { versions: "0-2", flexible: "0+" }, () => ({
  /** Only transactions in these states; empty for any. */
  stateFilters: array(string),
  /** Only transactions of these producers; empty for any. */
  producerIdFilters: array(int64),
  /** Only transactions that have been open for longer than so many milliseconds; -1 for any. */
  durationFilter: int64.in("1+").default(-1n),
  /** Only transactional ids that match this expression; null for any. */
  transactionalIdPattern: nullable(string).in("2+").default(null),
}));
export type ListTransactionsRequest = Infer<typeof ListTransactionsRequest>;

/** The response of ListTransactions. */
export const ListTransactionsResponse = message(
  "ListTransactionsResponse",
  { versions: "0-2", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The states asked for that the coordinator does not know. */
    unknownStateFilters: array(string),
    /** The transactions. */
    transactionStates: array({
      /** The transactional id. */
      transactionalId: string,
      /** The id of the producer, -1 for none. */
      producerId: int64,
      /** The state of the transaction, by name. */
      transactionState: string,
    }),
  }),
);
export type ListTransactionsResponse = Infer<typeof ListTransactionsResponse>;

/** Lists transactions of one coordinator. */
export const ListTransactions = api(66, "ListTransactions", {
  request: ListTransactionsRequest,
  response: ListTransactionsResponse,
  throttleFrom: 0,
});
