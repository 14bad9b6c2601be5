import { batchOffsetsBytes, checkedBatchSizeAt, relativeLastOffsetAt } from "./batch-header.js";
import type { Segment } from "./segment.js";
import type { TailCache } from "./tail-cache.js";

/** What is wanted from a segment. */
export interface SegmentRead {
  /** The first batch is the one that holds this offset, or the next one after it. */
  readonly offset: bigint;
  readonly maxBytes: number;
  /** Whether the first batch comes whole even when it alone is larger than `maxBytes`. */
  readonly minOneMessage: boolean;
  /** Only batches that lie wholly below this offset. */
  readonly upTo: bigint;
  /** The end of the segment in memory, when it is the active one. */
  readonly tail: TailCache | undefined;
}

/** Whole batches. */
export interface ReadResult {
  /** The batches' bytes as views; each buffer begins and ends with a whole batch. */
  readonly records: readonly Buffer[];
  readonly sizeInBytes: number;
  /** The offset behind the last batch; the offset asked for when there is none. */
  readonly nextOffset: bigint;
  /**
   * As far as Apache Kafka takes such a read to reach, and lists aborted transactions: up to the next entry of the offset index, or of the
   * segment's end. Never before `nextOffset`; the offset asked for when that is not visible.
   */
  readonly upperBound: bigint;
}

/** What a segment holds of a read: without an upper bound where its index knows none behind. */
export type SegmentReadResult = Omit<ReadResult, "upperBound"> & { readonly upperBound: bigint | undefined };

/** Reads whole batches of one segment; undefined when it holds nothing at or behind the offset. */
export async function readSegment(segment: Segment, read: SegmentRead): Promise<SegmentReadResult | undefined> {
  return await segment.reading(async () => {
    const { sizeInBytes: limit, truncations } = segment;
    const start = await findBatch(segment, { offset: read.offset, limit, tail: read.tail });
    if (start === undefined) return undefined;
    const budget = Math.max(0, Math.min(read.maxBytes, limit - start));
    let length = budget;
    let pieces = await readPieces(segment, { position: start, length, tail: read.tail });
    let run = wholeBatches(pieces, { segment, upTo: read.upTo, position: start });
    if (run.sizeInBytes === 0 && read.minOneMessage) {
      const size = await sizeOfBatch(segment, { position: start, limit, tail: read.tail });
      if (size > budget) {
        length = size;
        pieces = await readPieces(segment, { position: start, length, tail: read.tail });
        run = wholeBatches(pieces, { segment, upTo: read.upTo, position: start });
      }
    }
    const upperBound = await offsetBehind(segment, start + (run.isBounded ? run.sizeInBytes : length));
    if (run.sizeInBytes === 0) return { records: [], sizeInBytes: 0, nextOffset: read.offset, upperBound };
    // What was cut off meanwhile may have stood before that place; another batch may begin elsewhere there.
    if (truncations === segment.truncations) segment.hintPosition(run.relativeNext, start + run.sizeInBytes);
    return {
      records: run.records,
      sizeInBytes: run.sizeInBytes,
      nextOffset: segment.baseOffset + BigInt(run.relativeNext),
      upperBound,
    };
  });
}

/** Where to look for a batch, and how far. */
export interface FindOptions {
  readonly offset: bigint;
  /** Size of the visible part of the file. */
  readonly limit: number;
  readonly tail: TailCache | undefined;
}

/** The position of the first batch whose last offset is `offset` or larger; undefined when there is none below the limit. */
export async function findBatch(segment: Segment, { offset, limit, tail }: FindOptions): Promise<number | undefined> {
  const relative = segment.relative(offset);
  const indexes = segment.loadedIndexes ?? (await segment.indexes());
  let position = segment.searchStart(relative, indexes);
  while (limit - position >= batchOffsetsBytes) {
    const pieces = await readPieces(segment, { position, length: Math.min(searchWindowBytes, limit - position), tail });
    const before = position;
    for (const piece of pieces) {
      let at = 0;
      while (piece.length - at >= batchOffsetsBytes) {
        if (relativeLastOffsetAt(piece, at, segment.base) >= relative) return position + at;
        at += checkedBatchSizeAt(piece, at, position + at);
      }
      // Beyond the piece when its last batch is cut off: that batch is not the wanted one, so the search goes on behind it.
      position += at;
      if (at !== piece.length) break;
    }
    if (position === before) return undefined;
  }
  return undefined;
}

/** Bytes of the file, from memory where they are there. */
export async function readPieces(
  segment: Segment,
  { position, length, tail }: { position: number; length: number; tail: TailCache | undefined },
): Promise<readonly Buffer[]> {
  if (length <= 0) return [];
  return tail?.read(position, length) ?? [await segment.file.readAt(position, length)];
}

interface BatchRun {
  readonly records: readonly Buffer[];
  readonly sizeInBytes: number;
  readonly relativeNext: number;
  /** Whether what follows was left out because it is not below the bound, and not because it does not fit. */
  readonly isBounded: boolean;
}

const searchWindowBytes = 64 * 1024;

/** The leading whole batches of the pieces, as far as they lie below `upTo`. */
function wholeBatches(
  pieces: readonly Buffer[],
  { segment, upTo, position }: { segment: Segment; upTo: bigint; position: number },
): BatchRun {
  const bound = segment.relative(upTo);
  const records: Buffer[] = [];
  let sizeInBytes = 0;
  let relativeNext = 0;
  let isBounded = false;
  for (const piece of pieces) {
    let at = 0;
    while (piece.length - at >= batchOffsetsBytes) {
      const size = checkedBatchSizeAt(piece, at, position + sizeInBytes + at);
      const last = relativeLastOffsetAt(piece, at, segment.base);
      isBounded = last >= bound;
      if (size > piece.length - at || isBounded) break;
      at += size;
      relativeNext = last + 1;
    }
    if (at > 0) records.push(at === piece.length ? piece : piece.subarray(0, at));
    sizeInBytes += at;
    if (at !== piece.length) break;
  }
  return { records, sizeInBytes, relativeNext, isBounded };
}

async function offsetBehind(segment: Segment, position: number): Promise<bigint | undefined> {
  const { offsets } = segment.loadedIndexes ?? (await segment.indexes());
  const relative = offsets.upperBound(position);
  return relative === undefined ? undefined : segment.baseOffset + BigInt(relative);
}

async function sizeOfBatch(
  segment: Segment,
  { position, limit, tail }: { position: number; limit: number; tail: TailCache | undefined },
): Promise<number> {
  if (limit - position < batchOffsetsBytes) return 0;
  const [head] = await readPieces(segment, { position, length: batchOffsetsBytes, tail });
  return head === undefined || head.length < batchOffsetsBytes ? 0 : checkedBatchSizeAt(head, 0, position);
}
