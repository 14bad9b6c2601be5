import { api, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

/** The request of AddOffsetsToTxn. */
export const AddOffsetsToTxnRequest = message("AddOffsetsToTxnRequest", { versions: "0-4", flexible: "3+" }, () => ({
  /** The transactional id. */
  transactionalId: string,
  /** The id of the producer, -1 for none. */
  producerId: int64,
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16,
  /** The group id. */
  groupId: string,
}));
export type AddOffsetsToTxnRequest = Infer<typeof AddOffsetsToTxnRequest>;

/** The response of AddOffsetsToTxn. */
export const AddOffsetsToTxnResponse = message("AddOffsetsToTxnResponse", { versions: "0-4", flexible: "3+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
}));
export type AddOffsetsToTxnResponse = Infer<typeof AddOffsetsToTxnResponse>;

/** Adds a group's offsets to a transaction. */
export const AddOffsetsToTxn = api(25, "AddOffsetsToTxn", {
  request: AddOffsetsToTxnRequest,
  response: AddOffsetsToTxnResponse,
  throttleFrom: 1,
});
