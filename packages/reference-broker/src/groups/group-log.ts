import { writeBatch, type WriteBatchOptions } from "@moldau/protocol-codec";
import { replay, type CoordinatorLog, type TransactionalProducer } from "../coordination/coordinator-log.js";
import type { ShardContents } from "../coordination/coordinator-shard.js";
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from "./records.js";
import type { GroupStore } from "./store.js";

/** How groups stand in the log of a partition of `__consumer_offsets`. */
export function groupShardContents(store: GroupStore): ShardContents<GroupRecord> {
  return {
    encode: (records, timestamp, producer) =>
      writeBatch(
        producer === undefined ? {} : batchOf(producer),
        records.map((record) => ({ timestamp, ...encodeGroupRecord(record) })),
      ),
    apply: (record, position) => store.apply(record, position),
    replayed: {
      record: (cursor, position) => {
        const record = decodeGroupRecord(cursor);
        if (record !== undefined) store.apply(record, position);
      },
      marker: (producerId, isCommit) => store.offsets.applyMarker(producerId, isCommit),
    },
  };
}

/** Every batch with the sequence number 0, as Apache Kafka's coordinators write; of what they write the log looks at none. */
function batchOf({ producerId, producerEpoch }: TransactionalProducer): WriteBatchOptions {
  return { producerId, producerEpoch, baseSequence: 0, isTransactional: true };
}

/** Applies everything that the log holds to `store`, unless `signal` is aborted meanwhile. Rejects when the log cannot be read. */
export function replayGroupLog(log: CoordinatorLog, store: GroupStore, signal: AbortSignal): Promise<void> {
  return replay(log, groupShardContents(store).replayed, signal);
}
