import { createHash } from "node:crypto";
import { readBatches, readControlRecord, type RecordBatch, type RecordCursor } from "@moldau/protocol-codec";

/** A batch and its records, as the programs of test/interop/java describe them. */
export interface DescribedBatch {
  /** The header's fields, in the words of test/golden/README.md. */
  readonly batch: Readonly<Record<string, unknown>>;
  /** Offset, timestamp, key, value, headers, and in control batches what the record says. */
  readonly records: readonly string[];
}

/** What stands in a record set, as it is read here. */
export function describedSet(set: Buffer): DescribedBatch[] {
  return [...readBatches(set)].map((batch) => ({ batch: describedHeader(batch), records: describedRecords(batch) }));
}

/** A record to describe: as read, or as it is to be written. */
export interface RecordParts {
  readonly offset: bigint | number;
  readonly timestamp: bigint | number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
}

/** One record as a line of text. */
export function describedRecord({ offset, timestamp, key, value, headers }: RecordParts): string {
  const pairs = headers.map(([name, content]) => `${part(Buffer.from(name, "utf8"))}=${part(content)}`);
  return [offset, timestamp, part(key), part(value), ...pairs].join(" ");
}

/** Longer keys and values are told by their length and their SHA-1. */
function part(bytes: Buffer | null): string {
  if (bytes === null) return "null";
  if (bytes.length <= 32) return bytes.toString("hex");
  return `${bytes.length}:${createHash("sha1").update(bytes).digest("hex")}`;
}

function describedHeader(batch: RecordBatch): Record<string, unknown> {
  const { magic, sizeInBytes, compression, timestampType, crc } = batch;
  const [baseOffset, lastOffset] = [String(batch.baseOffset), String(batch.lastOffset)];
  const facts = { magic, sizeInBytes, baseOffset, lastOffset, compression, timestampType, crc };
  // As numbers, timestamps would be rounded beyond 2^53.
  const timestampAt = (position: number): string => String(batch.buffer.readBigInt64BE(batch.start + position));
  if (magic !== 2) return { ...facts, maxTimestamp: magic === 0 ? "-1" : timestampAt(18) };
  const { producerEpoch, baseSequence, lastSequence, isTransactional, isControl, partitionLeaderEpoch, count } = batch;
  return {
    ...facts,
    baseTimestamp: timestampAt(27),
    maxTimestamp: timestampAt(35),
    producerId: String(batch.producerId),
    ...{ producerEpoch, baseSequence, lastSequence, isTransactional, isControl, partitionLeaderEpoch, count },
    ...(batch.deleteHorizonMs !== undefined && { deleteHorizonMs: String(batch.deleteHorizonMs) }),
  };
}

function describedRecords(batch: RecordBatch): string[] {
  const records: string[] = [];
  for (const cursor = batch.open(); cursor.next();) {
    const text = describedRecord(partsAt(cursor));
    records.push(batch.isControl ? `${text} ${readControlRecord(cursor).type}` : text);
  }
  return records;
}

function partsAt({ offset, exactTimestamp, key, value, headers }: RecordCursor): RecordParts {
  return { offset, timestamp: exactTimestamp, key, value, headers };
}

/** Record sets as one file, each behind its length as an int32. */
export function joinedSets(sets: readonly Buffer[]): Buffer {
  return Buffer.concat(
    sets.flatMap((set) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(set.length);
      return [length, set];
    }),
  );
}

/** The record sets of such a file. */
export function splitSets(file: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  for (let position = 0; position < file.length;) {
    const length = file.readInt32BE(position);
    sets.push(file.subarray(position + 4, position + 4 + length));
    position += 4 + length;
  }
  return sets;
}
