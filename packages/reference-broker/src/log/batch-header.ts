/**
 * The few header fields that finding one's way through a log needs, read straight from the bytes and without making objects.
 *
 * ```
 *   0 baseOffset int64 │ 8 batchLength int32 │ 12 leaderEpoch int32 │ 16 magic int8 │ … │ 23 lastOffsetDelta int32 │ …
 * ```
 *
 * Magic 0 and 1 share the first two fields; their offset is that of the last message in the entry.
 */

/** Bytes before the part that `batchLength` counts. */
export const batchOverheadBytes = 12;
/** Bytes of a magic-2 header; the least a batch can have. */
export const batchHeaderBytes = 61;
/** Bytes from the start of an entry to the end of the field that tells its last offset. */
export const batchOffsetsBytes = 27;
/** The smallest entry of all formats: a magic-0 message without key and value. */
export const smallestEntryBytes = batchOverheadBytes + 14;

/** The size that the batch at `start` says it has, header included; of damaged bytes anything. {@link batchOverheadBytes} bytes have to be there. */
export function batchSizeAt(buffer: Buffer, start: number): number {
  return batchOverheadBytes + buffer.readInt32BE(start + 8);
}

/** The size of the batch at `start`; throws a {@link BadBatch} when no batch can have it, so that a walk over batches always gets ahead. */
export function checkedBatchSizeAt(buffer: Buffer, start: number, position: number): number {
  const size = batchSizeAt(buffer, start);
  if (size < smallestEntryBytes) throw new BadBatch(position, `its length is ${size} bytes`);
  return size;
}

/** Whether the first batch of a record set belongs to a transaction. False for what is too short for a batch of magic 2, or older. */
export function isTransactional(records: Buffer): boolean {
  const hasAttributes = records.length >= batchHeaderBytes && records.readInt8(16) >= 2;
  return hasAttributes && (records.readInt16BE(21) & transactionalFlag) !== 0;
}

/** Who wrote a batch, as its header says. */
export interface BatchProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

/** The producer of the first batch of a record set that is a part of a transaction; undefined when it is not, or has no producer id. */
export function transactionalProducer(records: Buffer): BatchProducer | undefined {
  if (!isTransactional(records)) return undefined;
  const producerId = records.readBigInt64BE(43);
  if (producerId < 0n) return undefined;
  return { producerId, producerEpoch: records.readInt16BE(51), firstSequence: records.readInt32BE(53) };
}

const transactionalFlag = 0x10;

/** Bytes in a log file that are not a batch. */
export class BadBatch extends Error {
  /** Where they begin in the file. */
  readonly position: number;

  constructor(position: number, reason: string) {
    super(`no valid batch at position ${position}: ${reason}`);
    this.name = "BadBatch";
    this.position = position;
  }
}

/** The base offset of the batch at `start`. For magic 0 and 1: the last offset of the entry. */
export function baseOffsetAt(buffer: Buffer, start: number): bigint {
  return buffer.readBigInt64BE(start);
}

/** An offset in two halves, for exact differences without BigInt. */
export interface OffsetHalves {
  readonly high: number;
  readonly low: number;
}

/** Splits an offset. */
export function offsetHalves(offset: bigint): OffsetHalves {
  return { high: Number(offset >> 32n), low: Number(offset & 0xffff_ffffn) };
}

/** The last offset of the batch at `start`, relative to `base`. {@link batchOffsetsBytes} bytes have to be there. */
export function relativeLastOffsetAt(buffer: Buffer, start: number, base: OffsetHalves): number {
  const relative =
    (buffer.readInt32BE(start) - base.high) * 0x1_0000_0000 + (buffer.readUInt32BE(start + 4) - base.low);
  return buffer.readInt8(start + 16) >= 2 ? relative + buffer.readInt32BE(start + 23) : relative;
}
