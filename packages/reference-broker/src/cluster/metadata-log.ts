import { readBatches } from "@moldau/protocol-codec";
import { decodeClusterRecord, type ClusterRecord } from "./records.js";

/** What readers of `__cluster_metadata` need of its log. */
export interface MetadataLog {
  readonly logStartOffset: bigint;
  readonly logEndOffset: bigint;
  /** Whole batches from an offset on. */
  read(
    offset: bigint,
    options: { readonly maxBytes: number; readonly minOneMessage: boolean; readonly upTo?: bigint },
  ): Promise<{ readonly records: readonly Buffer[] }>;
}

/** How much of the log is read at once, in bytes. */
const chunkBytes = 1 << 20;

/**
 * Calls `take` with every record from `offset` up to, not including, `end`, in their order, and resolves to the offset behind the last.
 * Records that mean nothing to this broker are passed over. Rejects when the log cannot be read, or with what `take` throws.
 */
export async function readMetadata(
  log: MetadataLog,
  { offset: from, end }: { readonly offset: bigint; readonly end: bigint },
  take: (record: ClusterRecord) => void,
): Promise<bigint> {
  let offset = from < log.logStartOffset ? log.logStartOffset : from;
  while (offset < end) {
    const { records } = await log.read(offset, { maxBytes: chunkBytes, minOneMessage: true, upTo: end });
    const before = offset;
    for (const batch of readBatches(records)) {
      offset = batch.nextOffset;
      if (batch.isControl) continue;
      for (const { value } of batch) {
        const record = value === null ? undefined : decodeClusterRecord(value);
        if (record !== undefined) take(record);
      }
    }
    // A log may end in a gap that a truncated tail left.
    if (offset === before) return end;
  }
  return offset;
}
