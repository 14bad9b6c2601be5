import {
  DecodeError,
  readBatches,
  readControlRecord,
  type LogRecord,
  type ReadBatchesOptions,
  type RecordBatch,
  type RecordCursor,
} from "@moldau/protocol-codec";
import { countUnits, recordSets } from "./bounds.js";

/** All that a record set says: what its batches are and hold, up to where it ends or stops making sense. */
export interface RecordSetReading {
  readonly batches: readonly BatchReading[];
  /** The code of the DecodeError that ended the reading; undefined when nothing is wrong. */
  readonly failure: string | undefined;
  /** Units of all records, as `countUnits` counts, for each byte of uncompressed records; the largest of all batches. */
  readonly unitsPerByte: number;
}

/** One batch: the fields of its header, and its records up to one that is malformed. */
export interface BatchReading {
  readonly header: readonly unknown[];
  readonly records: readonly LogRecord[];
}

/**
 * Reads everything there is in a record set, through every field, cursor and header.
 *
 * Throws when a bound is broken, when a cursor and the iterator, or a text and its bytes, do not say the same, or when anything but a DecodeError is thrown.
 */
export function readRecordSet(set: Buffer | readonly Buffer[], options: ReadBatchesOptions): RecordSetReading {
  const batches: BatchReading[] = [];
  const length = Buffer.isBuffer(set) ? set.length : set.reduce((total, piece) => total + piece.length, 0);
  let unitsPerByte = 0;
  const failure = codeOf(() => {
    for (const batch of readBatches(set, options)) {
      const header = headerOf(batch);
      const records: LogRecord[] = [];
      batches.push({ header, records });
      if (batches.length * recordSets.smallestBatch > length)
        throw new Error(`${batches.length} batches in ${length} bytes`);
      unitsPerByte = Math.max(unitsPerByte, readRecords(batch, records));
    }
  });
  return { batches, failure, unitsPerByte };
}

/** Runs and returns the code of the DecodeError that it throws; any other error is thrown on. */
export function codeOf(run: () => void): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DecodeError && error.message !== "") return error.code;
    throw error;
  }
  return undefined;
}

/** Fills `records` and returns the units for each byte. */
function readRecords(batch: RecordBatch, records: LogRecord[]): number {
  const cursor = batch.open();
  const bytes = cursor.buffer === batch.buffer ? batch.sizeInBytes : cursor.buffer.length;
  const most = Math.floor(bytes / (batch.magic === 2 ? recordSets.smallestRecord : recordSets.smallestBatch));
  const failure = codeOf(() => {
    while (cursor.next()) {
      const { offset, timestamp, key, value, headers } = cursor;
      void cursor.exactTimestamp;
      expectSameTexts(cursor);
      records.push({ offset, timestamp, key, value, headers });
      if (batch.isControl) void codeOf(() => void readControlRecord({ key, value }));
      if (records.length > most) throw new Error(`${records.length} records in ${bytes} bytes`);
    }
  });
  const units = countUnits(records);
  const allowed = recordSets.unitsPerByte * bytes + recordSets.unitsToBeginWith;
  if (units > allowed) throw new Error(`${units} units from ${bytes} bytes`);
  expectSameAgain(batch, records.length, failure);
  if (failure !== undefined) throw new DecodeError("the records are malformed", { code: failure });
  return bytes === 0 ? 0 : units / bytes;
}

function expectSameTexts({ key, value, keyText, valueText }: RecordCursor): void {
  if (keyText !== textOf(key) || valueText !== textOf(value)) throw new Error("a text is not what its bytes say");
}

function textOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString();
}

/** Reading once more, by the iterator, has to give as many records and the same failure. */
function expectSameAgain(batch: RecordBatch, count: number, failure: string | undefined): void {
  let again = 0;
  const otherFailure = codeOf(() => {
    for (const _ of batch) again++;
  });
  if (again !== count || otherFailure !== failure)
    throw new Error(`the iterator gives ${again} records and ${otherFailure}, the cursor ${count} and ${failure}`);
}

function headerOf(batch: RecordBatch): unknown[] {
  const { magic, attributes, crc, compression, timestampType, isTransactional, isControl } = batch;
  const { baseOffset, lastOffset, nextOffset, lastOffsetDelta, count, sizeInBytes } = batch;
  const { baseTimestamp, maxTimestamp, deleteHorizonMs, partitionLeaderEpoch } = batch;
  const { producerId, producerEpoch, baseSequence, lastSequence } = batch;
  return [
    ...[magic, attributes, crc, compression, timestampType, isTransactional, isControl],
    ...[baseOffset, lastOffset, nextOffset, lastOffsetDelta, count, sizeInBytes],
    ...[baseTimestamp, maxTimestamp, deleteHorizonMs, partitionLeaderEpoch],
    ...[producerId, producerEpoch, baseSequence, lastSequence],
  ];
}
