import { api, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of InitProducerId. */
export const InitProducerIdRequest = message("InitProducerIdRequest", { versions: "0-6", flexible: "2+" }, () => ({
  /** The transactional id, or null for a producer that is only idempotent. */
  transactionalId: nullable(string),
  /** After how long the coordinator aborts a transaction that was left open. */
  transactionTimeoutMs: int32,
  /** The id of the producer, -1 for none. */
  producerId: int64.in("3+").default(-1n),
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16.in("3+").default(-1),
  /** Whether the transactions may be prepared and decided by another system. */
  enable2Pc: bool.in("6+"),
  /** Whether a prepared transaction is kept instead of aborted. */
  keepPreparedTxn: bool.in("6+"),
}));
export type InitProducerIdRequest = Infer<typeof InitProducerIdRequest>;

/** The response of InitProducerId. */
export const InitProducerIdResponse = message("InitProducerIdResponse", { versions: "0-6", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The id of the producer, -1 for none. */
  producerId: int64.default(-1n),
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16,
  /** The producer id of the transaction that is still prepared, -1 for none. */
  ongoingTxnProducerId: int64.in("6+").default(-1n),
  /** The epoch of the transaction that is still prepared, -1 for none. */
  ongoingTxnProducerEpoch: int16.in("6+").default(-1),
}));
export type InitProducerIdResponse = Infer<typeof InitProducerIdResponse>;

/** Gives a producer its id and epoch, or a new epoch (KIP-360); fences older instances of a transactional id. */
export const InitProducerId = api(22, "InitProducerId", {
  request: InitProducerIdRequest,
  response: InitProducerIdResponse,
  stable: 5,
  throttleFrom: 1,
});
