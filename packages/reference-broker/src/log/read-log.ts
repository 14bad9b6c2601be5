import { ErrorCode } from "@moldau/protocol-codec";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import { type ReadResult, readSegment } from "./segment-reader.js";
import type { AbortedTransaction } from "./transaction-index.js";

/** What is to be read. */
export interface ReadOptions {
  /** The most bytes wanted; whole batches that fit are given. */
  readonly maxBytes: number;
  /** Whether the first batch comes even when it is larger than `maxBytes`. Default false. */
  readonly minOneMessage?: boolean;
  /** Only batches that end below this offset, such as the high watermark. Default: all. */
  readonly upTo?: bigint;
}

/** Reads whole batches from the one that holds `offset` on, out of one segment. */
export async function readLog(contents: LogContents, offset: bigint, options: ReadOptions): Promise<ReadResult> {
  const { segments, logStartOffset, logEndOffset, tail, name } = contents;
  const { maxBytes, minOneMessage = false, upTo = logEndOffset } = options;
  if (offset < logStartOffset || offset > logEndOffset) {
    throw new LogError(
      ErrorCode.OFFSET_OUT_OF_RANGE,
      `offset ${offset} of ${name} is asked for, there are ${logStartOffset} to ${logEndOffset}`,
    );
  }
  const bound = upTo > logEndOffset ? logEndOffset : upTo;
  if (offset < bound) {
    // Compaction may have left nothing at and behind the offset in its own segment: then the next one is looked into.
    for (let index = segments.floorIndex(offset); index < segments.count; index++) {
      const segment = segments.at(index);
      if (segment === undefined) break;
      const isActive = segment === segments.active;
      const result = await readSegment(segment, {
        offset,
        maxBytes,
        minOneMessage,
        upTo: bound,
        tail: isActive ? tail : undefined,
      });
      if (result !== undefined)
        return {
          ...result,
          upperBound: result.upperBound ?? segments.at(index + 1)?.baseOffset ?? contents.logEndOffset,
        };
    }
  }
  return { records: [], sizeInBytes: 0, nextOffset: offset, upperBound: offset };
}

/** The aborted transactions that overlap the records from `from` up to, not including, `to`. */
export async function findAborted({ segments }: LogContents, from: bigint, to: bigint): Promise<AbortedTransaction[]> {
  const found: AbortedTransaction[] = [];
  if (from >= to) return found;
  for (const segment of segments.all().slice(segments.floorIndex(from))) {
    const { transactions } = segment.loadedIndexes ?? (await segment.reading(async () => await segment.indexes()));
    if (transactions.collect(from, to, found)) break;
  }
  return found;
}
