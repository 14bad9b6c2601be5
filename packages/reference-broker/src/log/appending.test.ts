import { describe, expect, it } from "vitest";
import { crc32c, ErrorCode, readBatches, writeBatch, writeMessageSet } from "@moldau/protocol-codec";
import { appendValues, batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

const client = { leaderEpoch: 3, origin: "client" } as const;

async function valuesOf(log: PartitionLog): Promise<string[]> {
  const values: string[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset;) {
    const { records, nextOffset } = await log.read(offset, { maxBytes: 1 << 20, minOneMessage: true });
    for (const batch of readBatches(records))
      for (const record of batch) values.push(record.value?.toString() ?? "null");
    offset = nextOffset;
  }
  return values;
}

describe.each(storageKinds)("appending on %s", (kind) => {
  it("gives records consecutive offsets from 0 on and the batches the leader's epoch", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const first = await log.append(batchOf(["a", "b", "c"]), client);
    const second = await log.append(batchOf(["d"]), client);
    expect(first).toEqual({
      firstOffset: 0n,
      lastOffset: 2n,
      logAppendTimeMs: -1,
      logStartOffset: 0n,
      duplicate: false,
    });
    expect(second).toMatchObject({ firstOffset: 3n, lastOffset: 3n });
    const { records } = await log.read(0n, { maxBytes: 1 << 20 });
    const batches = [...readBatches(records)];
    expect(batches.map((batch) => [batch.baseOffset, batch.partitionLeaderEpoch, batch.isValid()])).toEqual([
      [0n, 3, true],
      [3n, 3, true],
    ]);
    expect(log.logEndOffset).toBe(4n);
    expect(log.highWatermark).toBe(4n);
  });

  it("keeps the order of calls when many are made at once", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 1000 });
    const log = await place.open();
    const values = Array.from({ length: 200 }, (_, index) => `value ${index}`);
    const compressions = ["none", "gzip", "lz4", "snappy"] as const;
    const offsets = await Promise.all(
      values.map(
        async (value, index) =>
          (await log.append(batchOf([value], { compression: compressions[index % 4] ?? "none" }), client)).firstOffset,
      ),
    );
    expect(offsets).toEqual(values.map((_, index) => BigInt(index)));
    expect(await valuesOf(log)).toEqual(values);
    expect(log.segmentCount).toBeGreaterThan(10);
  });

  it("stamps the broker's time into the batch where the topic says LogAppendTime", async () => {
    await using place = await TestLog.make(kind, { messageTimestampType: "LogAppendTime" });
    const log = await place.open();
    place.now = 1_800_000_000_000;
    expect(await log.append(batchOf(["a", "b"], { timestamp: 5 }), client)).toMatchObject({
      logAppendTimeMs: 1_800_000_000_000,
    });
    const { records } = await log.read(0n, { maxBytes: 1 << 20 });
    const [batch] = [...readBatches(records)];
    expect(batch?.timestampType).toBe("LogAppendTime");
    expect([...(batch ?? [])].map(({ timestamp }) => timestamp)).toEqual([1_800_000_000_000, 1_800_000_000_000]);
  });

  it("is not disturbed when the caller uses the buffer again after the append", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const bytes = batchOf(["first"]);
    await log.append(bytes, client);
    bytes.fill(0);
    expect(await valuesOf(log)).toEqual(["first"]);
  });

  it("tells listeners of every append until they ask it to stop", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const seen: bigint[] = [];
    const stop = log.onAppended(() => seen.push(log.highWatermark));
    await appendValues(log, "a");
    await appendValues(log, "b");
    stop();
    await appendValues(log, "c");
    expect(seen).toEqual([1n, 2n]);
  });
});

describe("a client's batch is refused", () => {
  const refusal = async (
    bytes: Buffer,
    options: { config?: Parameters<typeof TestLog.make>[1]; produceVersion?: number } = {},
  ): Promise<unknown> => {
    await using place = await TestLog.make("memory", options.config);
    const log = await place.open();
    const { produceVersion } = options;
    const outcome = await log
      .append(bytes, { ...client, ...(produceVersion === undefined ? {} : { produceVersion }) })
      .catch((error: unknown) => error);
    expect(log.logEndOffset).toBe(0n);
    expect(log.sizeInBytes).toBe(0);
    return outcome;
  };
  const withCrc = (bytes: Buffer): Buffer => {
    const [batch] = [...readBatches(bytes, { verifyCrc: false })];
    if (batch === undefined) throw new Error("no batch");
    return resealed(bytes);
  };

  it("when there is none", async () => {
    expect(await refusal(Buffer.alloc(0))).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when it is cut off", async () => {
    const bytes = batchOf(["a"]);
    expect(await refusal(bytes.subarray(0, bytes.length - 1))).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when it is not alone", async () => {
    expect(await refusal(Buffer.concat([batchOf(["a"]), batchOf(["b"])]))).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
    });
  });

  it("when its format is older than magic 2", async () => {
    const old = writeMessageSet({ magic: 1 }, [{ value: "old", timestamp: 1 }]);
    expect(await refusal(old)).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when its length is impossible", async () => {
    const bytes = batchOf(["a"]);
    bytes.writeInt32BE(-5, 8);
    expect(await refusal(bytes)).toMatchObject({ errorCode: ErrorCode.CORRUPT_MESSAGE });
  });

  it("when any bit that the checksum covers is wrong", async () => {
    const good = batchOf(["a"]);
    for (let position = 17; position < good.length; position++) {
      const bytes = Buffer.from(good);
      bytes[position] = (bytes[position] ?? 0) ^ 0x10;
      expect(await refusal(bytes), `byte ${position}`).toMatchObject({ errorCode: ErrorCode.CORRUPT_MESSAGE });
    }
  });

  it("when it is larger than max.message.bytes, to the byte", async () => {
    const bytes = batchOf(["a".repeat(100)]);
    expect(await refusal(Buffer.from(bytes), { config: { maxMessageBytes: bytes.length - 1 } })).toMatchObject({
      errorCode: ErrorCode.MESSAGE_TOO_LARGE,
    });
    await using place = await TestLog.make("memory", { maxMessageBytes: bytes.length });
    const log = await place.open();
    await expect(log.append(bytes, client)).resolves.toMatchObject({ firstOffset: 0n });
  });

  it("when no segment can hold it", async () => {
    const outcome = await refusal(batchOf(["a".repeat(100)]), { config: { segmentBytes: 120 } });
    expect(outcome).toMatchObject({ errorCode: ErrorCode.RECORD_LIST_TOO_LARGE });
  });

  it("when its base offset is not 0", async () => {
    expect(await refusal(batchOf(["a"], { baseOffset: 5n }))).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when the count of records is not what its offsets span", async () => {
    for (const [position, value] of [
      [57, 3],
      [57, 0],
      [57, -1],
      [23, 5],
      [23, -1],
    ] as const) {
      const bytes = batchOf(["a", "b"]);
      bytes.writeInt32BE(value, position);
      expect(await refusal(withCrc(bytes)), `${value} at ${position}`).toMatchObject({
        errorCode: ErrorCode.INVALID_RECORD,
      });
    }
  });

  it("when the records are fewer or more than it says", async () => {
    for (const count of [1, 3]) {
      const bytes = batchOf(["a", "b"]);
      bytes.writeInt32BE(count, 57);
      bytes.writeInt32BE(count - 1, 23);
      expect(await refusal(withCrc(bytes)), `${count}`).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
    }
  });

  it("when its records leave offsets out", async () => {
    const bytes = writeBatch({}, [{ value: "a" }, { value: "b", offset: 2n }]);
    bytes.writeInt32BE(1, 23);
    expect(await refusal(withCrc(bytes))).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
      recordErrors: [{ batchIndex: 1 }],
    });
  });

  it("when it holds control records", async () => {
    expect(await refusal(batchOf(["a"], { isControl: true }))).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when it has a producer id but no sequence number", async () => {
    const bytes = batchOf(["a"], { producerId: 5n, producerEpoch: 0, baseSequence: -1 });
    expect(await refusal(bytes)).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
  });

  it("when a Produce request before version 7 brings zstd", async () => {
    const bytes = batchOf(["a"]);
    bytes.writeInt16BE(4, 21);
    expect(await refusal(withCrc(Buffer.from(bytes)), { produceVersion: 6 })).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
    });
  });

  it("when its compression does not exist", async () => {
    const bytes = batchOf(["a"]);
    bytes.writeInt16BE(6, 21);
    expect(await refusal(withCrc(bytes))).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE });
  });

  it("when its compressed records cannot be decompressed", async () => {
    for (const codec of [1, 2, 3]) {
      const bytes = batchOf(["not compressed at all"]);
      bytes.writeInt16BE(codec, 21);
      expect(await refusal(withCrc(bytes)), `codec ${codec}`).toMatchObject({
        errorCode: expect.toSatisfy((code) => code === ErrorCode.CORRUPT_MESSAGE || code === ErrorCode.INVALID_RECORD),
      });
    }
  });

  it("with a sentence about each record without a key when the topic is compacted", async () => {
    const bytes = writeBatch(
      {},
      [{ value: "a", key: "k" }, { value: "b" }, { value: "c", key: "" }, { value: "d" }].map((record) => ({
        timestamp: 1,
        ...record,
      })),
    );
    const outcome = await refusal(bytes, { config: { isCompacted: true } });
    expect(outcome).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
      recordErrors: [{ batchIndex: 1 }, { batchIndex: 3 }],
    });
  });

  it("with a sentence about each record whose time is out of bounds", async () => {
    const now = 1_700_000_000_000;
    const config = { messageTimestampBeforeMaxMs: 1000, messageTimestampAfterMaxMs: 500 };
    const times = [now - 1000, now - 1001, now + 500, now + 501, -1];
    const outcome = await refusal(
      writeBatch(
        {},
        times.map((timestamp) => ({ timestamp, value: "x" })),
      ),
      { config },
    );
    expect(outcome).toMatchObject({
      errorCode: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 1 }, { batchIndex: 3 }],
    });
  });

  it("with bounds in numbers, also where there are none", async () => {
    const now = 1_700_000_000_000;
    const config = { messageTimestampBeforeMaxMs: Number.POSITIVE_INFINITY, messageTimestampAfterMaxMs: 500 };
    const outcome = await refusal(writeBatch({}, [{ timestamp: now + 501, value: "x" }]), { config });
    expect(outcome).toMatchObject({
      recordErrors: [{ message: expect.stringContaining("within [-9223372036854775808, 1700000000500]") }],
    });
  });

  it("when it says LogAppendTime itself", async () => {
    const bytes = batchOf(["a"]);
    bytes.writeInt16BE(8, 21);
    const outcome = await refusal(withCrc(Buffer.from(bytes)), { config: { messageTimestampType: "LogAppendTime" } });
    expect(outcome).toMatchObject({ errorCode: ErrorCode.INVALID_TIMESTAMP });
  });
});

describe("a client's batch is put right", () => {
  it("when its header tells another largest timestamp than its records", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const bytes = batchOf(["a"], { timestamp: 1_600_000_000_000 });
    bytes.writeBigInt64BE(1_700_000_000_000n, 35);
    await log.append(resealed(bytes), client);
    const { records } = await log.read(0n, { maxBytes: 1000 });
    expect([...readBatches(records)][0]?.maxTimestamp).toBe(1_600_000_000_000);
  });

  it("when a part of a second batch follows, which is dropped", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await log.append(Buffer.concat([batchOf(["a"]), batchOf(["b"]).subarray(0, 30)]), client);
    expect(await valuesOf(log)).toEqual(["a"]);
  });
});

describe("the topic's compression.type", () => {
  it("is what a client's batch is stored with, its records and its producer being what they were", async () => {
    for (const compressionType of ["none", "gzip", "lz4", "snappy"] as const) {
      for (const compression of ["none", "gzip"] as const) {
        await using place = await TestLog.make("memory", { compressionType });
        const log = await place.open();
        const headers = [["h", null]] as const;
        const records = [
          { timestamp: 1_600_000_000_000, key: "k", value: null, headers },
          { timestamp: -1, key: null, value: "v" },
        ];
        const producer = { producerId: 9n, producerEpoch: 2, baseSequence: 0, isTransactional: true };
        await log.append(writeBatch({ compression, ...producer }, records), client);
        expect(await log.append(writeBatch({ compression, ...producer }, records), client)).toMatchObject({
          duplicate: true,
        });
        const { records: read } = await log.read(0n, { maxBytes: 1 << 20 });
        const [batch] = [...readBatches(read)];
        expect(batch).toMatchObject({
          compression: compressionType,
          ...producer,
          count: 2,
          maxTimestamp: 1_600_000_000_000,
        });
        expect(
          [...(batch ?? [])].map(({ timestamp, key, value }) => [timestamp, key?.toString(), value?.toString()]),
        ).toEqual([
          [1_600_000_000_000, "k", undefined],
          [-1, undefined, "v"],
        ]);
      }
    }
  });

  it("may make a batch too large", async () => {
    await using place = await TestLog.make("memory", { compressionType: "none", maxMessageBytes: 500 });
    const log = await place.open();
    const bytes = batchOf(["a".repeat(2000)], { compression: "gzip" });
    await expect(log.append(bytes, client)).rejects.toMatchObject({ errorCode: ErrorCode.MESSAGE_TOO_LARGE });
  });
});

describe("a replicated append", () => {
  it("keeps offsets and epochs, and may hold several batches with gaps between them", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const bytes = Buffer.concat([
      batchOf(["a", "b"], { baseOffset: 10n, partitionLeaderEpoch: 1 }),
      batchOf(["c"], { baseOffset: 20n, partitionLeaderEpoch: 4 }),
    ]);
    const result = await log.append(bytes, { leaderEpoch: 9, origin: "replication" });
    expect(result).toMatchObject({ firstOffset: 10n, lastOffset: 20n });
    expect(log.logEndOffset).toBe(21n);
    expect(log.endOffsetForEpoch(1)).toEqual({ epoch: 1, endOffset: 20n });
    expect(log.endOffsetForEpoch(4)).toEqual({ epoch: 4, endOffset: 21n });
    expect(await valuesOf(log)).toEqual(["a", "b", "c"]);
  });

  it("is refused when it overlaps what is there", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await appendValues(log, "a", "b");
    await expect(
      log.append(batchOf(["c"], { baseOffset: 1n }), { leaderEpoch: 0, origin: "replication" }),
    ).rejects.toMatchObject({
      errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
    });
  });
});

/** The batch with the checksum that its bytes have. */
function resealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  return bytes;
}
