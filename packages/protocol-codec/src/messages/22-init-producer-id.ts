import { api, bool, int16, int32, int64, message, nullable, string, type Infer } from "../schema/index.js";

export const InitProducerIdRequest = message("InitProducerIdRequest", { versions: "0-6", flexible: "2+" }, {
  transactionalId: nullable(string),
  transactionTimeoutMs: int32,
  producerId: int64.in("3+").default(-1n),
  producerEpoch: int16.in("3+").default(-1),
  enable2Pc: bool.in("6+"),
  keepPreparedTxn: bool.in("6+"),
});
export type InitProducerIdRequest = Infer<typeof InitProducerIdRequest>;

export const InitProducerIdResponse = message("InitProducerIdResponse", { versions: "0-6", flexible: "2+" }, {
  throttleTimeMs: int32.ignorable,
  errorCode: int16,
  producerId: int64.default(-1n),
  producerEpoch: int16,
  ongoingTxnProducerId: int64.in("6+").default(-1n),
  ongoingTxnProducerEpoch: int16.in("6+").default(-1),
});
export type InitProducerIdResponse = Infer<typeof InitProducerIdResponse>;

/** API 22. */
export const InitProducerId = api(22, "InitProducerId", { request: InitProducerIdRequest, response: InitProducerIdResponse, stable: 5, throttleFrom: 1 });
