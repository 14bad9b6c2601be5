import { DecodeError, readBatches } from "@moldau/protocol-codec";
import type { StorageFile } from "../storage/storage.js";
import { baseOffsetAt, batchHeaderBytes, batchSizeAt } from "./batch-header.js";

/**
 * Whether a valid batch with records at or behind `offset` begins anywhere in the file from position `from` on.
 *
 * Looks at every byte: what lies between a damaged batch and the next good one says nothing about where that begins. Only a place that
 * looks like a header in every cheap way has its checksum computed.
 */
export async function findLaterBatch(file: StorageFile, from: number, offset: bigint): Promise<boolean> {
  const size = file.size();
  for (let start = from; start < size; start += pieceBytes) {
    // Each piece reaches into the next by a header, so that none is cut.
    const piece = await file.readAt(start, Math.min(pieceBytes + batchHeaderBytes, size - start));
    const last = Math.min(pieceBytes - 1, piece.length - batchHeaderBytes);
    for (let at = 0; at <= last; at++) {
      if (!looksLikeBatch(piece, at, { offset, left: size - start - at })) continue;
      if (await isValidBatch(file, start + at, batchSizeAt(piece, at))) return true;
    }
  }
  return false;
}

const pieceBytes = 1 << 20;

function looksLikeBatch(bytes: Buffer, at: number, { offset, left }: { offset: bigint; left: number }): boolean {
  if (bytes[at + magicAt] !== 2) return false;
  const size = batchSizeAt(bytes, at);
  if (size < batchHeaderBytes || size > left) return false;
  if (bytes.readInt32BE(at + lastOffsetDeltaAt) < 0 || bytes.readInt32BE(at + countAt) < 0) return false;
  const distance = baseOffsetAt(bytes, at) - offset;
  return distance >= 0n && distance <= farthest;
}

async function isValidBatch(file: StorageFile, position: number, size: number): Promise<boolean> {
  const bytes = await file.readAt(position, size);
  try {
    for (const batch of readBatches(bytes, { verifyCrc: true })) return batch.sizeInBytes === size;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return false;
}

const magicAt = 16;
const lastOffsetDeltaAt = 23;
const countAt = 57;
// A segment spans at most 2^31 offsets; the next good batch cannot be much farther away.
const farthest = 1n << 32n;
