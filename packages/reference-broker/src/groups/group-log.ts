import { readBatches, readControlRecord, writeBatch, type RecordBatch } from "@moldau/protocol-codec";
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from "./records.js";
import type { GroupStore } from "./store.js";

/** What a shard needs of the log of its partition. */
export interface GroupLog {
  readonly logStartOffset: bigint;
  readonly logEndOffset: bigint;
  /** Appends one batch, or fails with an error that carries Kafka's error number as `errorCode` and leaves nothing behind. */
  append(
    records: Buffer,
    options: { readonly leaderEpoch: number; readonly origin: "coordinator" },
  ): Promise<{ readonly firstOffset: bigint }>;
  /** Whole batches from an offset on. */
  read(
    offset: bigint,
    options: { readonly maxBytes: number; readonly minOneMessage: boolean },
  ): Promise<{ readonly records: readonly Buffer[] }>;
}

/** How much is read at once in a replay; between two reads other work gets its turn. */
const replayChunkBytes = 1024 * 1024;

/** Writes records as one batch, which the log takes as a whole or not at all. */
export function writeGroupBatch(records: readonly GroupRecord[], timestamp: number): Buffer {
  return writeBatch(
    {},
    records.map((record) => ({ timestamp, ...encodeGroupRecord(record) })),
  );
}

/** Applies everything that the log holds to `store`, unless `signal` is aborted meanwhile. Throws when the log cannot be read. */
export async function replayGroupLog(log: GroupLog, store: GroupStore, signal: AbortSignal): Promise<void> {
  const end = log.logEndOffset;
  let offset = log.logStartOffset;
  while (offset < end && !signal.aborted) {
    const { records } = await log.read(offset, { maxBytes: replayChunkBytes, minOneMessage: true });
    const before = offset;
    for (const batch of readBatches(records)) {
      await (batch.isControl ? replayMarkers(batch, store) : replayRecords(batch, store));
      offset = batch.nextOffset;
    }
    // A log may end in a gap that compaction or a truncated tail left.
    if (offset === before) return;
  }
}

async function replayRecords(batch: RecordBatch, store: GroupStore): Promise<void> {
  const producerId = batch.isTransactional ? batch.producerId : -1n;
  const cursor = await batch.openAsync();
  while (cursor.next()) {
    const record = decodeGroupRecord(cursor);
    if (record !== undefined) store.apply(record, { offset: cursor.offset, producerId });
  }
}

async function replayMarkers(batch: RecordBatch, store: GroupStore): Promise<void> {
  const cursor = await batch.openAsync();
  while (cursor.next()) {
    const { type } = readControlRecord(cursor);
    if (type === "COMMIT" || type === "ABORT") store.offsets.applyMarker(batch.producerId, type === "COMMIT");
  }
}
