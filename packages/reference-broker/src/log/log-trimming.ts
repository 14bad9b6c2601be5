import { ErrorCode } from "@moldau/protocol-codec";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import { pruneProducerSnapshots } from "./producer-files.js";
import { replayProducers } from "./producer-replay.js";
import type { Segment } from "./segment.js";
import { findBatch } from "./segment-reader.js";

/** How the active segment is left when all segments are to go. */
export type Roll = () => Promise<void>;

/**
 * Moves the start of the log up to `offset` and removes the segments that lie wholly before it: DeleteRecords.
 *
 * Throws OFFSET_OUT_OF_RANGE for an offset above the high watermark; one at or below the start changes nothing.
 */
export async function deleteBefore(contents: LogContents, offset: bigint): Promise<void> {
  if (offset < 0n || offset > contents.highWatermark) {
    const bounds = `0 to the high watermark ${contents.highWatermark}`;
    throw new LogError(
      ErrorCode.OFFSET_OUT_OF_RANGE,
      `records of ${contents.name} can be deleted from ${bounds}, not up to ${offset}`,
    );
  }
  moveStart(contents, offset);
  await removeOldest(contents, segmentsBeforeStart(contents));
}

/**
 * Removes the oldest segments that retention does not keep: first those before the log's start, then by size, then by time, each
 * as far as the first segment that is kept. Returns how many went. What is not below the high watermark always stays.
 *
 * Only the first rule holds for topics that are not cleaned by deletion.
 */
export async function applyRetention(contents: LogContents, roll: Roll): Promise<number> {
  let removed = await removeOldest(contents, segmentsBeforeStart(contents));
  if (!contents.config.isDeleted) return removed;
  for (const due of [segmentsBeyondSize, segmentsBeyondTime]) {
    const doomed = await due(contents);
    // There always has to be a segment to write to.
    if (doomed.includes(contents.segments.active)) await roll();
    removed += await removeOldest(contents, doomed);
  }
  return removed;
}

/**
 * Cuts off the batch that holds `offset` and all behind it, as a follower does that finds itself ahead of its leader. The log then ends
 * where the last batch kept ends. An offset before the log's start empties the log, which then begins there.
 */
export async function truncateTo(contents: LogContents, offset: bigint): Promise<void> {
  if (offset >= contents.logEndOffset) return;
  const { segments, producers, epochs, tail, storage, dir } = contents;
  contents.truncations += 1;
  // A segment is kept even if it is emptied, for there has to be one; it is the one that holds the offset.
  const kept = segments.at(segments.floorIndex(offset)) ?? segments.first;
  for (const segment of segments.all()) {
    if (segment.baseOffset <= kept.baseOffset) continue;
    segments.drop(segment);
    await segment.remove();
  }
  const position = await findBatch(kept, { offset, limit: kept.sizeInBytes, tail: undefined });
  if (position !== undefined) await kept.truncate(offset, position);
  tail?.reset(kept.sizeInBytes);
  const endOffset = await endOf(kept);
  contents.logEndOffset = endOffset;
  contents.recoveryPoint = smaller(contents.recoveryPoint, endOffset);
  contents.highWatermark = smaller(contents.highWatermark, endOffset);
  contents.logStartOffset = smaller(contents.logStartOffset, endOffset);
  epochs.truncateFromEnd(endOffset);
  await pruneProducerSnapshots(storage, dir, (snapshot) => snapshot <= endOffset);
  producers.clear();
  await replayProducers(contents, endOffset);
}

/** Raises the start of the log to `offset` when that is higher. */
function moveStart(contents: LogContents, offset: bigint): void {
  if (offset <= contents.logStartOffset) return;
  contents.logStartOffset = offset;
  contents.epochs.truncateFromStart(offset);
}

function segmentsBeforeStart(contents: LogContents): Segment[] {
  return leading(contents, (_, nextBase) => nextBase <= contents.logStartOffset).filter(
    (segment) => segment !== contents.segments.active,
  );
}

async function segmentsBeyondSize(contents: LogContents): Promise<Segment[]> {
  const { segments, config } = contents;
  let excess = segments.sizeInBytes - config.retentionBytes;
  if (config.retentionBytes < 0 || excess < 0) return [];
  return leading(contents, (segment) => {
    excess -= segment.sizeInBytes;
    return excess >= 0;
  });
}

async function segmentsBeyondTime(contents: LogContents): Promise<Segment[]> {
  const { segments, config, clock } = contents;
  if (config.retentionMs < 0) return [];
  const now = clock.now();
  const timestamps = new Map<Segment, number>();
  for (const segment of segments.all()) timestamps.set(segment, await segment.retentionTimestamp());
  return leading(contents, (segment) => now - (timestamps.get(segment) ?? now) > config.retentionMs);
}

/** The oldest segments as far as `isDue` holds, all below the high watermark; never an active segment without records. */
function leading(contents: LogContents, isDue: (segment: Segment, nextBase: bigint) => boolean): Segment[] {
  const { segments, highWatermark, logEndOffset } = contents;
  const due: Segment[] = [];
  for (const [index, segment] of segments.all().entries()) {
    const nextBase = segments.at(index + 1)?.baseOffset ?? logEndOffset;
    const isEmptyActive = segment === segments.active && segment.sizeInBytes === 0;
    if (isEmptyActive || nextBase > highWatermark || !isDue(segment, nextBase)) break;
    due.push(segment);
  }
  return due;
}

async function removeOldest(contents: LogContents, doomed: readonly Segment[]): Promise<number> {
  const { segments, storage, dir } = contents;
  for (const segment of doomed) {
    // Out of sight first, so that nobody begins to read what is going.
    segments.drop(segment);
    moveStart(contents, segments.first.baseOffset);
    await segment.remove();
  }
  if (doomed.length > 0)
    await pruneProducerSnapshots(storage, dir, (snapshot) => snapshot >= segments.first.baseOffset);
  return doomed.length;
}

async function endOf(segment: Segment): Promise<bigint> {
  const indexes = await segment.indexes();
  let end = segment.baseOffset;
  for await (const { batch } of segment.scan(indexes.offsets.lastPosition())) end = batch.nextOffset;
  return end;
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
