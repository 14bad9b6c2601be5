import { readBatches, readControlRecord, type RecordBatch, type RecordCursor } from "@moldau/protocol-codec";
import type { RequiredVerification } from "../log/producer-tracking.js";

/** Whose transaction a batch of a coordinator's log belongs to. */
export interface TransactionalProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** What says that the partition is in the transaction. Default: nothing has to. */
  readonly verification?: RequiredVerification | undefined;
}

/** How a coordinator appends to its log. */
export interface CoordinatorAppendOptions {
  readonly leaderEpoch: number;
  readonly origin: "coordinator";
  /** For markers: `transaction.version` under which the transaction ended. Default 0. */
  readonly transactionVersion?: number;
  /** For records of a transaction: what says that the partition is in it. */
  readonly verification?: RequiredVerification | undefined;
}

/** What a coordinator needs of the partition that its state is kept in. */
export interface CoordinatorLog {
  readonly logStartOffset: bigint;
  readonly logEndOffset: bigint;
  /** Appends one batch, or fails with an error that carries Kafka's error number as `errorCode` and leaves nothing behind. */
  append(records: Buffer, options: CoordinatorAppendOptions): Promise<{ readonly firstOffset: bigint }>;
  /** Whole batches from an offset on. */
  read(
    offset: bigint,
    options: { readonly maxBytes: number; readonly minOneMessage: boolean },
  ): Promise<{ readonly records: readonly Buffer[] }>;
}

/** Where a record stands in its log. */
export interface LogPosition {
  readonly offset: bigint;
  /** The producer whose transaction it belongs to; -1n when it belongs to none. */
  readonly producerId: bigint;
}

/** What is done with what a log holds, in its order. */
export interface ReplayVisitor {
  record(cursor: RecordCursor, position: LogPosition): void;
  /** A transaction ended. */
  marker(producerId: bigint, isCommit: boolean): void;
}

/** How much is read at once in a replay, in bytes; between two reads other work gets its turn. */
const replayChunkBytes = 1024 * 1024;

/** Shows everything that the log holds to `visitor`, unless `signal` is aborted meanwhile. Rejects when the log cannot be read. */
export async function replay(log: CoordinatorLog, visitor: ReplayVisitor, signal: AbortSignal): Promise<void> {
  const end = log.logEndOffset;
  let offset = log.logStartOffset;
  while (offset < end && !signal.aborted) {
    const { records } = await log.read(offset, { maxBytes: replayChunkBytes, minOneMessage: true });
    const before = offset;
    for (const batch of readBatches(records)) {
      await visit(batch, visitor);
      offset = batch.nextOffset;
    }
    // A log may end in a gap that compaction or a truncated tail left.
    if (offset === before) return;
  }
}

async function visit(batch: RecordBatch, visitor: ReplayVisitor): Promise<void> {
  const producerId = batch.isTransactional ? batch.producerId : -1n;
  const cursor = await batch.openAsync();
  while (cursor.next()) {
    if (!batch.isControl) {
      visitor.record(cursor, { offset: cursor.offset, producerId });
      continue;
    }
    const { type } = readControlRecord(cursor);
    if (type === "COMMIT" || type === "ABORT") visitor.marker(batch.producerId, type === "COMMIT");
  }
}
