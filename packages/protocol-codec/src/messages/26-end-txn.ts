import { api, bool, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

export const EndTxnRequest = message("EndTxnRequest", { versions: "0-5", flexible: "3+" }, {
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  committed: bool,
});
export type EndTxnRequest = Infer<typeof EndTxnRequest>;

export const EndTxnResponse = message("EndTxnResponse", { versions: "0-5", flexible: "3+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: int64.in("5+").default(-1n).ignorable,
  producerEpoch: int16.in("5+").default(-1).ignorable,
});
export type EndTxnResponse = Infer<typeof EndTxnResponse>;

/** API 26. */
export const EndTxn = api(26, "EndTxn", { request: EndTxnRequest, response: EndTxnResponse, throttleFrom: 1 });
