import { api, bool, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

/** The request of EndTxn. */
export const EndTxnRequest = message("EndTxnRequest", { versions: "0-5", flexible: "3+" }, () => ({
  /** The transactional id. */
  transactionalId: string,
  /** The id of the producer, -1 for none. */
  producerId: int64,
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16,
  /** True to commit, false to abort. */
  committed: bool,
}));
export type EndTxnRequest = Infer<typeof EndTxnRequest>;

/** The response of EndTxn. */
export const EndTxnResponse = message("EndTxnResponse", { versions: "0-5", flexible: "3+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The id of the producer, -1 for none. */
  producerId: int64.in("5+").default(-1n).ignorable,
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16.in("5+").default(-1).ignorable,
}));
export type EndTxnResponse = Infer<typeof EndTxnResponse>;

/** Commits or aborts a transaction. */
export const EndTxn = api(26, "EndTxn", { request: EndTxnRequest, response: EndTxnResponse, throttleFrom: 1 });
