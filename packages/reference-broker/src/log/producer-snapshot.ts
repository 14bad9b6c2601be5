import { crc32c } from "@moldau/protocol-codec";
import { type ProducerEntry, sequenceBefore } from "./producer-entry.js";

/*
 * Kafka's producer snapshot, version 1, the file `<offset>.snapshot`:
 *
 *   0 version int16 │ 2 CRC-32C of bytes 6… uint32 │ 6 number of entries int32 │ 10 entries, 46 bytes each:
 *   producerId int64 │ epoch int16 │ lastSequence int32 │ lastOffset int64 │ offsetDelta int32 │ timestamp int64 │
 *   coordinatorEpoch int32 │ currentTxnFirstOffset int64
 *
 * Of a producer's batches only the last one is kept.
 */

/** The file contents for these producers. */
export function encodeProducerSnapshot(entries: readonly ProducerEntry[]): Buffer {
  const bytes = Buffer.alloc(headerBytes + entries.length * entryBytes);
  bytes.writeInt16BE(currentVersion, 0);
  bytes.writeInt32BE(entries.length, 6);
  for (const [index, entry] of entries.entries()) writeEntry(bytes, headerBytes + index * entryBytes, entry);
  bytes.writeUInt32BE(crc32c(bytes, crcStart), 2);
  return bytes;
}

/** The producers of a snapshot file, or undefined when it is damaged or of another version. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerEntry[] | undefined {
  if (bytes.length < headerBytes || bytes.readInt16BE(0) !== currentVersion) return undefined;
  if (bytes.readUInt32BE(2) !== crc32c(bytes, crcStart)) return undefined;
  const count = bytes.readInt32BE(6);
  if (bytes.length !== headerBytes + count * entryBytes) return undefined;
  return Array.from({ length: count }, (_, index) => readEntry(bytes, headerBytes + index * entryBytes));
}

const currentVersion = 1;
const crcStart = 6;
const headerBytes = 10;
const entryBytes = 46;

function writeEntry(bytes: Buffer, at: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1);
  bytes.writeBigInt64BE(entry.producerId, at);
  bytes.writeInt16BE(entry.producerEpoch, at + 8);
  bytes.writeInt32BE(last?.lastSequence ?? -1, at + 10);
  bytes.writeBigInt64BE(last?.lastOffset ?? -1n, at + 14);
  bytes.writeInt32BE(last === undefined ? 0 : Number(last.lastOffset - last.firstOffset), at + 22);
  bytes.writeBigInt64BE(BigInt(entry.lastTimestamp), at + 26);
  bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
  bytes.writeBigInt64BE(entry.currentTxnFirstOffset, at + 38);
}

function readEntry(bytes: Buffer, at: number): ProducerEntry {
  const lastSequence = bytes.readInt32BE(at + 10);
  const lastOffset = bytes.readBigInt64BE(at + 14);
  const offsetDelta = bytes.readInt32BE(at + 22);
  const timestamp = Number(bytes.readBigInt64BE(at + 26));
  const firstSequence = sequenceBefore(lastSequence, offsetDelta);
  const batch = { firstSequence, lastSequence, firstOffset: lastOffset - BigInt(offsetDelta), lastOffset, timestamp };
  return {
    producerId: bytes.readBigInt64BE(at),
    producerEpoch: bytes.readInt16BE(at + 8),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    lastTimestamp: timestamp,
    currentTxnFirstOffset: bytes.readBigInt64BE(at + 38),
    batches: lastOffset < 0n ? [] : [batch],
  };
}
