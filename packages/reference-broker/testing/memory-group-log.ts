import { writeBatch, writeTransactionMarker } from "@moldau/protocol-codec";
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from "../src/groups/records.js";
import { MemoryLog } from "./memory-log.js";

/** A log of one partition of `__consumer_offsets` in memory. */
export class MemoryGroupLog extends MemoryLog {
  /** Writes records of a producer's transaction, as TxnOffsetCommit does. */
  appendTransactional(producerId: bigint, records: readonly GroupRecord[]): void {
    this.take(
      writeBatch(
        { isTransactional: true, producerId, producerEpoch: 0, baseSequence: 0 },
        records.map((record) => ({ timestamp: 1, ...encodeGroupRecord(record) })),
      ),
    );
  }

  /** Ends a producer's transaction. */
  appendMarker(type: "ABORT" | "COMMIT", producerId: bigint): void {
    this.take(writeTransactionMarker(type, { producerId, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1 }));
  }

  /** Everything that the log says, in order. */
  get records(): readonly GroupRecord[] {
    return this.entries.flatMap((entry) => decodeGroupRecord(entry) ?? []);
  }
}
