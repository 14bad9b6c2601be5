import { api, array, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const ListTransactionsRequest = message("ListTransactionsRequest", { versions: "0-2", flexible: "0+" }, {
  stateFilters: array(string),
  producerIdFilters: array(int64),
  durationFilter: int64.in("1+").default(-1n),
  transactionalIdPattern: nullable(string).in("2+").default(null),
});
export type ListTransactionsRequest = Infer<typeof ListTransactionsRequest>;

export const ListTransactionsResponse = message("ListTransactionsResponse", { versions: "0-2", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  unknownStateFilters: array(string),
  transactionStates: array({
    transactionalId: string,
    producerId: int64,
    transactionState: string,
  }),
});
export type ListTransactionsResponse = Infer<typeof ListTransactionsResponse>;

/** API 66. */
export const ListTransactions = api(66, "ListTransactions", { request: ListTransactionsRequest, response: ListTransactionsResponse, throttleFrom: 0 });
