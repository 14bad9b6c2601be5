import { readBatches, readControlRecord, writeBatch, writeMessageSet } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { goldenLines } from "../support/golden.js";
import type { CompressionName, RecordBatch, RecordToWrite, WriteBatchOptions } from "@moldau/protocol-codec";

interface BatchFacts {
  readonly magic: 0 | 1 | 2;
  readonly sizeInBytes: number;
  readonly baseOffset: string;
  readonly lastOffset: string;
  readonly compression: string;
  readonly timestampType: string;
  readonly maxTimestamp: string;
  readonly crc: number;
  readonly baseTimestamp?: string;
  readonly producerId?: string;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly lastSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly partitionLeaderEpoch?: number;
  readonly count?: number;
  readonly deleteHorizonMs?: string;
}

interface RecordFacts {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers?: [string, string | null][];
  readonly offsetDelta?: number;
  readonly timestampDelta?: string;
  readonly controlType?: string;
  readonly coordinatorEpoch?: number;
}

interface VectorBatch {
  readonly batch: BatchFacts;
  readonly records: RecordFacts[];
}

interface BatchVector extends Partial<VectorBatch> {
  readonly name: string;
  readonly encodeExact: boolean;
  readonly hex: string;
  readonly trailingBytes?: number;
  readonly batches?: VectorBatch[];
}

const vectors = goldenLines<BatchVector>("batches.jsonl.gz");

const batchesOf = (vector: BatchVector): VectorBatch[] =>
  vector.batches ?? [{ batch: vector.batch!, records: vector.records! }];

/** A batch as read, in the words of the vectors. */
function described(batch: RecordBatch): VectorBatch {
  const { magic } = batch;
  const facts: BatchFacts = {
    magic: magic as 0 | 1 | 2,
    sizeInBytes: batch.sizeInBytes,
    baseOffset: String(batch.baseOffset),
    lastOffset: String(batch.lastOffset),
    compression: batch.compression,
    timestampType: batch.timestampType,
    maxTimestamp: magic === 2 ? String(batch.buffer.readBigInt64BE(batch.start + 35)) : String(batch.maxTimestamp),
    crc: batch.crc,
    ...(magic === 2 && {
      baseTimestamp: String(batch.baseTimestamp),
      producerId: String(batch.producerId),
      producerEpoch: batch.producerEpoch,
      baseSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      isTransactional: batch.isTransactional,
      isControl: batch.isControl,
      partitionLeaderEpoch: batch.partitionLeaderEpoch,
      count: batch.count,
      ...(batch.deleteHorizonMs !== undefined && { deleteHorizonMs: String(batch.deleteHorizonMs) }),
    }),
  };
  return { batch: facts, records: describedRecords(batch) };
}

function describedRecords(batch: RecordBatch): RecordFacts[] {
  const records: RecordFacts[] = [];
  for (const cursor = batch.open(); cursor.next();) {
    const { key, value } = cursor;
    const control = batch.isControl ? readControlRecord({ key, value }) : undefined;
    records.push({
      offset: String(cursor.offset),
      timestamp: String(cursor.exactTimestamp),
      key: key?.toString("hex") ?? null,
      value: value?.toString("hex") ?? null,
      ...(batch.magic === 2 && {
        headers: cursor.headers.map(
          ([name, bytes]) => [name, bytes?.toString("hex") ?? null] as [string, string | null],
        ),
        offsetDelta: cursor.offsetDelta,
      }),
      ...(control !== undefined && {
        controlType: control.type,
        ...("coordinatorEpoch" in control && { coordinatorEpoch: control.coordinatorEpoch }),
      }),
    });
  }
  return records;
}

/** The raw delta is not shown by a cursor; everything else of a vector's record is. */
const withoutDelta = ({ batch, records }: VectorBatch): VectorBatch => ({
  batch,
  records: records.map(({ timestampDelta: _, ...rest }) => rest),
});

function written({ batch, records }: VectorBatch): Buffer {
  if (batch.magic !== 2)
    return writeMessageSet(
      { magic: batch.magic, timestampType: batch.timestampType === "LogAppendTime" ? "LogAppendTime" : "CreateTime" },
      records.map(toWrite),
    );
  const baseTimestamp = BigInt(batch.baseTimestamp!);
  const options: WriteBatchOptions = {
    baseOffset: BigInt(batch.baseOffset),
    lastOffsetDelta: Number(BigInt(batch.lastOffset) - BigInt(batch.baseOffset)),
    timestampType: batch.timestampType === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
    baseTimestamp,
    maxTimestamp: BigInt(batch.maxTimestamp),
    hasDeleteHorizon: batch.deleteHorizonMs !== undefined,
    producerId: BigInt(batch.producerId!),
    producerEpoch: batch.producerEpoch!,
    baseSequence: batch.baseSequence!,
    isTransactional: batch.isTransactional!,
    isControl: batch.isControl!,
    partitionLeaderEpoch: batch.partitionLeaderEpoch!,
  };
  return writeBatch(
    options,
    records.map((record) => ({ ...toWrite(record), timestamp: baseTimestamp + BigInt(record.timestampDelta!) })),
  );
}

const bytes = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, "hex"));

const toWrite = (record: RecordFacts): RecordToWrite => ({
  offset: BigInt(record.offset),
  timestamp: BigInt(record.timestamp),
  key: bytes(record.key),
  value: bytes(record.value),
  headers: (record.headers ?? []).map(([name, value]) => [name, bytes(value)] as const),
});

describe("record batches written by Apache Kafka", () => {
  it("are all here", () => {
    expect(vectors.length).toBeGreaterThan(150);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s is read as Kafka wrote it", (_, vector) => {
    const set = Buffer.from(vector.hex, "hex");
    expect([...readBatches(set)].map(described)).toEqual(batchesOf(vector).map(withoutDelta));
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    "%s is read the same from buffers cut anywhere",
    (_, vector) => {
      const set = Buffer.from(vector.hex, "hex");
      for (const size of [1, 7, 61, 100]) {
        if (set.length / size > 5000) continue;
        const pieces = Array.from({ length: Math.ceil(set.length / size) }, (_unused, index) =>
          set.subarray(index * size, (index + 1) * size),
        );
        expect([...readBatches(pieces)].map((batch) => batch.bytes)).toEqual(
          [...readBatches(set)].map((batch) => batch.bytes),
        );
      }
    },
  );

  it.each(vectors.filter((vector) => vector.encodeExact).map((vector) => [vector.name, vector] as const))(
    "%s is written to the same bytes",
    (_, vector) => {
      const set = Buffer.from(vector.hex, "hex").subarray(0, vector.hex.length / 2 - (vector.trailingBytes ?? 0));
      expect(Buffer.concat(batchesOf(vector).map(written)).toString("hex")).toBe(set.toString("hex"));
    },
  );

  it.each(vectors.filter((vector) => !vector.encodeExact).map((vector) => [vector.name, vector] as const))(
    "%s can be written and read again",
    (_, vector) => {
      for (const expected of batchesOf(vector)) {
        if (expected.batch.magic !== 2) continue;
        const compression = expected.batch.compression as CompressionName;
        const plain = written(expected);
        const again = [...readBatches(recompressed(plain, compression))].map(described);
        const { sizeInBytes: _size, crc: _crc, ...facts } = expected.batch;
        expect(again[0]).toMatchObject({ batch: facts, records: withoutDelta(expected).records });
      }
    },
  );
});

/** The same batch, compressed. */
function recompressed(plain: Buffer, compression: CompressionName): Buffer {
  const [batch] = readBatches(plain);
  const {
    baseOffset,
    lastOffsetDelta,
    baseTimestamp,
    producerId,
    producerEpoch,
    baseSequence,
    isTransactional,
    isControl,
    partitionLeaderEpoch,
  } = batch!;
  const records: RecordToWrite[] = [];
  // The raw timestamps are wanted, so the append time is taken out first.
  const raw = Buffer.from(plain);
  raw.writeInt16BE(raw.readInt16BE(21) & ~0x08, 21);
  for (const record of [...readBatches(raw, { verifyCrc: false })][0]!) records.push(record);
  return writeBatch(
    {
      baseOffset,
      lastOffsetDelta,
      baseTimestamp,
      maxTimestamp: batch!.maxTimestamp,
      timestampType: batch!.timestampType === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
      hasDeleteHorizon: batch!.deleteHorizonMs !== undefined,
      producerId,
      producerEpoch,
      baseSequence,
      isTransactional,
      isControl,
      partitionLeaderEpoch,
      compression,
    },
    records,
  );
}
