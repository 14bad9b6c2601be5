import { array, int16, int32, int64, int8, message, nullable, string, type Infer } from "../../schema/index.js";

/** A transaction as its coordinator keeps it: the key. */
export const TransactionLogKey = message(
  "TransactionLogKey",
  { versions: "0", flexible: "none", recordType: 0 },
  () => ({
    /** The transactional id. */
    transactionalId: string.in("0"),
  }),
);
export type TransactionLogKey = Infer<typeof TransactionLogKey>;

/** A transaction as its coordinator keeps it: the value. */
export const TransactionLogValue = message(
  "TransactionLogValue",
  { versions: "0-1", flexible: "1+", recordType: 0 },
  () => ({
    /** The id of the producer, -1 for none. */
    producerId: int64,
    /** The id that the producer had before the last change, -1 for none. */
    previousProducerId: int64.in("1+").default(-1n).tag(0, "1+"),
    /** The id that the producer will have after the transaction, -1 for none. */
    nextProducerId: int64.in("1+").default(-1n).tag(1, "1+"),
    /** The epoch of the producer, -1 for none. */
    producerEpoch: int16,
    /** The epoch that the producer will have after the transaction, -1 for none. */
    nextProducerEpoch: int16.in("1+").default(-1).tag(3, "1+"),
    /** After how long the coordinator aborts a transaction that was left open. */
    transactionTimeoutMs: int32,
    /**
     * The state of the transaction: 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5
     * complete abort, 6 dead, 7 prepare epoch fence.
     */
    transactionStatus: int8,
    /** The partitions in the transaction, or null when there are none. */
    transactionPartitions: nullable(
      array({
        /** The topic's name. */
        topic: string,
        /** The partitions' numbers. */
        partitionIds: array(int32),
      }),
    ),
    /** When the transaction last changed, in milliseconds since 1970. */
    transactionLastUpdateTimestampMs: int64,
    /** When the transaction began, in milliseconds since 1970; -1 when none is open. */
    transactionStartTimestampMs: int64,
    /** The version of the transaction protocol that the client speaks. */
    clientTransactionVersion: int16.in("1+").tag(2, "1+"),
  }),
);
export type TransactionLogValue = Infer<typeof TransactionLogValue>;
