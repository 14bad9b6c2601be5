import { api, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

export const AddOffsetsToTxnRequest = message("AddOffsetsToTxnRequest", { versions: "0-4", flexible: "3+" }, {
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  groupId: string,
});
export type AddOffsetsToTxnRequest = Infer<typeof AddOffsetsToTxnRequest>;

export const AddOffsetsToTxnResponse = message("AddOffsetsToTxnResponse", { versions: "0-4", flexible: "3+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
});
export type AddOffsetsToTxnResponse = Infer<typeof AddOffsetsToTxnResponse>;

/** API 25. */
export const AddOffsetsToTxn = api(25, "AddOffsetsToTxn", { request: AddOffsetsToTxnRequest, response: AddOffsetsToTxnResponse, throttleFrom: 1 });
