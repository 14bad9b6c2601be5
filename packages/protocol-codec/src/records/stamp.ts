import {
  invalidArgument,
  kindOf,
  requireInt16,
  requireInt32,
  requireInt64,
  requireInteger,
  requireObject,
} from "../arguments.js";
import { EncodeError } from "../errors.js";
import { crc32c, crc32cReplace } from "../wire/crc32c.js";
import { attribute, field, logOverhead, writeInt64 } from "./layout.js";

/** What identifies a batch of an idempotent producer. */
export interface ProducerStamp {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Sequence number of the first record. */
  readonly baseSequence: number;
}

/*
 * All of these check their arguments first: one that is out of its range changes nothing, and throws `CLIENT_INVALID_ARGUMENT`.
 * Bytes that are no batch throw an EncodeError.
 */

/**
 * Writes producer id, epoch and sequence into a finished batch of magic 2 and renews the checksum.
 *
 * For the moment a batch is drained, when its place in the sequence becomes known, and for the new epoch after KIP-360.
 */
export function stampProducer(batch: Buffer, stamp: ProducerStamp): void {
  requireObject(stamp, "stamp", "{ producerId: 1n, producerEpoch: 0, baseSequence: 0 }");
  const { producerId, producerEpoch, baseSequence } = stamp;
  requireInt64(producerId, "producerId");
  requireInt16(producerEpoch, "producerEpoch");
  requireInt32(baseSequence, "baseSequence");
  rewriteHeader(batch, 0, () => {
    batch.writeBigInt64BE(producerId, field.producerId);
    batch.writeInt16BE(producerEpoch, field.producerEpoch);
    batch.writeInt32BE(baseSequence, field.baseSequence);
  });
}

/** Gives a batch of any magic, at `start` in the buffer, its offset; the checksum does not cover it. In magic 0 and 1 this is the message's offset. */
export function setBaseOffset(batch: Buffer, start: number, offset: bigint): void {
  requireInt64(offset, "offset");
  requireRoom(batch, start, logOverhead);
  batch.writeBigInt64BE(offset, start + field.baseOffset);
}

/** Sets the leader epoch of a batch of magic 2; the checksum does not cover it. */
export function setPartitionLeaderEpoch(batch: Buffer, start: number, epoch: number): void {
  requireInt32(epoch, "epoch");
  requireCurrent(batch, start);
  batch.writeInt32BE(epoch, start + field.partitionLeaderEpoch);
}

/** Makes the broker's append time, in milliseconds, the timestamp of every record of a batch of magic 2 and renews the checksum. */
export function setLogAppendTime(batch: Buffer, start: number, timestampMs: number): void {
  requireInteger(timestampMs, "timestampMs", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  rewriteHeader(batch, start, () => {
    batch.writeInt16BE(batch.readInt16BE(start + field.attributes) | attribute.logAppendTime, start + field.attributes);
    writeInt64(batch, start + field.maxTimestamp, timestampMs);
  });
}

/** Up to this many bytes of records the whole checksum is computed anew; beyond, only that of the header, and the difference is carried over. */
const shortRecords = 2048;

function rewriteHeader(batch: Buffer, start: number, write: () => void): void {
  requireCurrent(batch, start);
  const end = start + logOverhead + batch.readInt32BE(start + field.batchLength);
  const [checked, records] = [start + field.attributes, start + field.records];
  if (end < records || end > batch.length)
    throw new EncodeError(`There is no whole record batch at byte ${start}.`, { position: start });
  if (end - records <= shortRecords) {
    write();
    batch.writeUInt32BE(crc32c(batch, checked, end), start + field.crc);
    return;
  }
  const before = crc32c(batch, checked, records);
  write();
  const after = crc32c(batch, checked, records);
  batch.writeUInt32BE(
    crc32cReplace(batch.readUInt32BE(start + field.crc), before, after, end - records),
    start + field.crc,
  );
}

function requireCurrent(batch: Buffer, start: number): void {
  requireRoom(batch, start, field.records);
  if (batch.readInt8(start + field.magic) !== 2)
    throw new EncodeError(`There is no record batch of magic 2 at byte ${start}.`, { position: start });
}

function requireRoom(batch: Buffer, start: number, size: number): void {
  if (!Buffer.isBuffer(batch)) throw invalidArgument(`batch: a Buffer wanted, not ${kindOf(batch)}`);
  if (!Number.isInteger(start) || start < 0 || batch.length - start < size)
    throw new EncodeError(`There is no record batch at byte ${start} of ${batch.length}.`, { position: start });
}
