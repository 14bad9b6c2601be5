import { array, int16, int32, int64, int8, message, nullable, string, type Infer } from "../../schema/index.js";

export const TransactionLogKey = message("TransactionLogKey", { versions: "0", flexible: "none", recordType: 0 }, {
  transactionalId: string.in("0"),
});
export type TransactionLogKey = Infer<typeof TransactionLogKey>;

export const TransactionLogValue = message("TransactionLogValue", { versions: "0-1", flexible: "1+", recordType: 0 }, {
  producerId: int64,
  previousProducerId: int64.in("1+").default(-1n).tag(0, "1+"),
  nextProducerId: int64.in("1+").default(-1n).tag(1, "1+"),
  producerEpoch: int16,
  nextProducerEpoch: int16.in("1+").default(-1).tag(3, "1+"),
  transactionTimeoutMs: int32,
  transactionStatus: int8,
  transactionPartitions: nullable(array({
    topic: string,
    partitionIds: array(int32),
  })),
  transactionLastUpdateTimestampMs: int64,
  transactionStartTimestampMs: int64,
  clientTransactionVersion: int16.in("1+").tag(2, "1+"),
});
export type TransactionLogValue = Infer<typeof TransactionLogValue>;
