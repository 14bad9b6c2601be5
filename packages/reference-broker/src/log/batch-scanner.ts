import { DecodeError, readBatches, type RecordBatch } from "@moldau/protocol-codec";
import type { StorageFile } from "../storage/storage.js";
import { BadBatch, batchOverheadBytes, batchSizeAt, checkedBatchSizeAt } from "./batch-header.js";

/** A batch and where it stands in its file. */
export interface ScannedBatch {
  readonly batch: RecordBatch;
  readonly position: number;
}

/** The part of a log file to be scanned. */
export interface ScanRange {
  /** Position of a batch. */
  readonly from: number;
  /** Where to stop; a batch that crosses it counts as cut off. */
  readonly to: number;
  /** Whether each CRC is checked. */
  readonly verifyCrc: boolean;
}

/**
 * The batches of a log file one after the other, read in pieces of a megabyte.
 *
 * Throws a {@link BadBatch} at the first bytes that are not a whole, valid batch. What was yielded is valid only until the next step
 * is asked for, unless the file's buffers are kept alive by it.
 */
export async function* scanBatches(
  file: StorageFile,
  { from, to, verifyCrc }: ScanRange,
): AsyncGenerator<ScannedBatch, void, undefined> {
  let position = from;
  let wanted = pieceBytes;
  while (position < to) {
    const piece = await file.readAt(position, Math.min(wanted, to - position));
    let at = 0;
    while (piece.length - at >= batchOverheadBytes) {
      const size = checkedBatchSizeAt(piece, at, position + at);
      if (size > piece.length - at) break;
      yield { batch: oneBatch(piece.subarray(at, at + size), position + at, verifyCrc), position: position + at };
      at += size;
    }
    const rest = piece.length - at;
    const needed = rest >= batchOverheadBytes ? batchSizeAt(piece, at) : batchOverheadBytes;
    if (rest > 0 && needed > to - position - at) throw new BadBatch(position + at, `it ends after ${rest} bytes`);
    if (piece.length === 0) throw new BadBatch(position, "the file ends before");
    position += at;
    wanted = Math.max(pieceBytes, needed);
  }
}

const pieceBytes = 1 << 20;

function oneBatch(bytes: Buffer, position: number, verifyCrc: boolean): RecordBatch {
  try {
    for (const batch of readBatches(bytes, { verifyCrc })) return batch;
  } catch (error) {
    if (error instanceof DecodeError) throw new BadBatch(position, error.message);
    throw error;
  }
  throw new BadBatch(position, "it is cut off");
}
