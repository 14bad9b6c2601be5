import { ErrorCode, type RecordBatch, type RecordCursor } from "@moldau/protocol-codec";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import { findBatch } from "./segment-reader.js";
import type { Segment } from "./segment.js";

/** A record found by its time. */
export interface TimestampedOffset {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Epoch of the leader that wrote it; -1 when unknown. */
  readonly leaderEpoch: number;
}

/** The first record that is not older than `timestamp`, or undefined when all are. */
export async function findByTimestamp(
  contents: LogContents,
  timestamp: number,
): Promise<TimestampedOffset | undefined> {
  for (const segment of contents.segments.all()) {
    // Retention may have taken it away since the list was made.
    if (!contents.segments.includes(segment)) continue;
    const found = await segment.reading(async () => await findInSegment(contents, segment, timestamp));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The record with the largest timestamp, the first of those that share it; undefined in a log without timestamps. */
export async function findMaxTimestamp(contents: LogContents): Promise<TimestampedOffset | undefined> {
  let latest: Segment | undefined;
  let maxTimestamp = -1;
  for (const segment of contents.segments.all()) {
    if (!contents.segments.includes(segment)) continue;
    const indexes = await segment.reading(async () => await segment.indexes());
    if (indexes.maxTimestamp <= maxTimestamp) continue;
    latest = segment;
    maxTimestamp = indexes.maxTimestamp;
  }
  if (latest === undefined || !contents.segments.includes(latest)) return undefined;
  const segment = latest;
  return await segment.reading(async () => {
    const { offsetOfMaxTimestamp } = await segment.indexes();
    const start = await findBatch(segment, {
      offset: offsetOfMaxTimestamp,
      limit: segment.sizeInBytes,
      tail: contents.tail,
    });
    for await (const { batch } of segment.scan(start ?? 0)) {
      if (batch.maxTimestamp !== maxTimestamp) continue;
      return await firstRecord(contents, batch, maxTimestamp, 0n);
    }
    return undefined;
  });
}

async function findInSegment(
  contents: LogContents,
  segment: Segment,
  timestamp: number,
): Promise<TimestampedOffset | undefined> {
  const indexes = await segment.indexes();
  if (indexes.maxTimestamp < timestamp) return undefined;
  // Every record before this entry's offset is older: its timestamp was the largest so far, and it is below the one asked for.
  const floor = indexes.times.floor(timestamp - 1);
  const from = floor === undefined ? 0 : indexes.offsets.floorPosition(floor.relativeOffset);
  for await (const { batch } of segment.scan(from)) {
    if (batch.maxTimestamp < timestamp || batch.lastOffset < contents.logStartOffset) continue;
    const found = await firstRecord(contents, batch, timestamp, contents.logStartOffset);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function firstRecord(
  contents: LogContents,
  batch: RecordBatch,
  timestamp: number,
  fromOffset: bigint,
): Promise<TimestampedOffset | undefined> {
  const cursor = await openRecords(contents, batch);
  while (cursor.next()) {
    if (cursor.timestamp < timestamp || cursor.offset < fromOffset) continue;
    return {
      offset: cursor.offset,
      timestamp: cursor.timestamp,
      leaderEpoch: batch.magic < 2 ? -1 : batch.partitionLeaderEpoch,
    };
  }
  return undefined;
}

async function openRecords(contents: LogContents, batch: RecordBatch): Promise<RecordCursor> {
  try {
    return await batch.openAsync();
  } catch (error) {
    throw new LogError(
      ErrorCode.CORRUPT_MESSAGE,
      `the batch at offset ${batch.baseOffset} of ${contents.name} cannot be read`,
      { cause: error },
    );
  }
}
