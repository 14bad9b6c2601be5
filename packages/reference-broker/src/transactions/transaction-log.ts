import { writeBatch } from "@moldau/protocol-codec";
import type { ShardContents } from "../coordination/coordinator-shard.js";
import { decodeTransactionRecord, encodeTransactionRecord, type TransactionRecord } from "./records.js";
import type { TransactionVersion } from "./state.js";
import type { TransactionStore } from "./store.js";

/** How transactions stand in the log of a partition of `__transaction_state`; `level` is the finalised `transaction.version`. */
export function transactionShardContents(
  store: TransactionStore,
  level: () => TransactionVersion,
): ShardContents<TransactionRecord> {
  return {
    encode: (records, timestamp) =>
      writeBatch(
        {},
        records.map((record) => ({ timestamp, ...encodeTransactionRecord(record, level()) })),
      ),
    apply: (record) => store.apply(record),
    replayed: {
      record: (cursor) => {
        const record = decodeTransactionRecord(cursor);
        if (record !== undefined) store.apply(record);
      },
      // Nobody writes into this log in a transaction.
      marker: () => undefined,
    },
  };
}
