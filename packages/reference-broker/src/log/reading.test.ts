import { describe, expect, it } from "vitest";
import { ErrorCode, readBatches, writeBatch } from "@moldau/protocol-codec";
import { appendValues, batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";
import type { ReadResult } from "./segment-reader.js";

const offsetsIn = ({ records }: ReadResult): bigint[] => [...readBatches(records)].map((batch) => batch.baseOffset);

/** Ten batches of two records each. */
async function filled(log: PartitionLog): Promise<number> {
  for (let index = 0; index < 10; index++) await appendValues(log, `a${index}`, `b${index}`);
  return log.sizeInBytes / 10;
}

describe.each(storageKinds)("reading on %s", (kind) => {
  it("gives whole batches only, as many as fit into maxBytes", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const size = await filled(log);
    for (const [bytes, batches] of [
      [size, 1],
      [2 * size - 1, 1],
      [2 * size, 2],
      [100 * size, 10],
    ] as const) {
      const result = await log.read(0n, { maxBytes: bytes });
      expect(offsetsIn(result)).toHaveLength(batches);
      expect(result.sizeInBytes).toBe(batches * size);
      expect(result.nextOffset).toBe(BigInt(batches * 2));
    }
  });

  it("gives the whole batch that holds an offset in its middle", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const size = await filled(log);
    expect(offsetsIn(await log.read(5n, { maxBytes: size }))).toEqual([4n]);
  });

  it("gives a first batch larger than maxBytes only when asked for one message at least", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await filled(log);
    expect(await log.read(2n, { maxBytes: 1 })).toMatchObject({ records: [], sizeInBytes: 0, nextOffset: 2n });
    expect(offsetsIn(await log.read(2n, { maxBytes: 1, minOneMessage: true }))).toEqual([2n]);
    expect(offsetsIn(await log.read(2n, { maxBytes: 0, minOneMessage: true }))).toEqual([2n]);
  });

  it("stops below the offset that bounds it", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await filled(log);
    expect((await log.read(0n, { maxBytes: 1 << 20, upTo: 6n })).nextOffset).toBe(6n);
    expect((await log.read(0n, { maxBytes: 1 << 20, upTo: 7n })).nextOffset).toBe(6n);
    expect(await log.read(6n, { maxBytes: 1 << 20, upTo: 6n, minOneMessage: true })).toEqual({
      records: [],
      sizeInBytes: 0,
      nextOffset: 6n,
      upperBound: 6n,
    });
    expect((await log.read(0n, { maxBytes: 1 << 20, upTo: 1000n })).nextOffset).toBe(20n);
  });

  it("at the log's end gives nothing, and outside of the log throws OFFSET_OUT_OF_RANGE", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await filled(log);
    await log.deleteBefore(4n);
    expect(await log.read(20n, { maxBytes: 100 })).toEqual({
      records: [],
      sizeInBytes: 0,
      nextOffset: 20n,
      upperBound: 20n,
    });
    for (const offset of [21n, 3n, -1n]) {
      await expect(log.read(offset, { maxBytes: 100 })).rejects.toMatchObject({
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
      });
    }
  });

  it("finds every offset through segments and indexes, from memory and from the files", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 5000, indexIntervalBytes: 300, tailCacheBytes: 1024 });
    let log = await place.open();
    const bases: bigint[] = [];
    for (let index = 0; index < 300; index++) {
      const values = Array.from({ length: 1 + (index % 5) }, (_, at) => `${index}/${at}`.padEnd(index % 40, "x"));
      bases.push(await appendValues(log, ...values));
    }
    for (let pass = 0; pass < 2; pass++) {
      expect(log.segmentCount).toBeGreaterThan(5);
      for (let offset = 0n; offset < log.logEndOffset; offset++) {
        const [first] = offsetsIn(await log.read(offset, { maxBytes: 1, minOneMessage: true }));
        expect(first).toBe(bases.findLast((base) => base <= offset));
      }
      await log.close();
      log = await place.open({ cleanShutdown: true });
    }
  });

  it("gives what is appended meanwhile to a reader that follows, without a gap", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 4000, tailCacheBytes: 2000 });
    const log = await place.open();
    const seen: bigint[] = [];
    const follow = async (): Promise<void> => {
      for (let offset = 0n; offset < 400n;) {
        const result = await log.read(offset, { maxBytes: 700, minOneMessage: true });
        seen.push(...offsetsIn(result));
        if (result.nextOffset === log.logEndOffset) await nextAppend(log);
        offset = result.nextOffset;
      }
    };
    const following = follow();
    for (let index = 0; index < 200; index++) await appendValues(log, `a${index}`, `b${index}`);
    await following;
    expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => BigInt(index * 2)));
  });

  it("steps over offsets that no batch holds", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 150 });
    const log = await place.open();
    for (const baseOffset of [3n, 10n, 50n, 60n]) {
      await log.append(batchOf(["x"], { baseOffset }), { leaderEpoch: 0, origin: "replication" });
    }
    expect(offsetsIn(await log.read(4n, { maxBytes: 1, minOneMessage: true }))).toEqual([10n]);
    expect(offsetsIn(await log.read(11n, { maxBytes: 1, minOneMessage: true }))).toEqual([50n]);
    expect(offsetsIn(await log.read(0n, { maxBytes: 1, minOneMessage: true }))).toEqual([3n]);
  });

  it("fails with a storage error, not for ever, when a length in a file is damaged", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await filled(log);
    await log.close();
    const damaged = await place.open({ cleanShutdown: true });
    await place.overwrite("00000000000000000000.log", (content) => {
      content.writeInt32BE(-12, 8);
      return content;
    });
    const reopened = await place.open({ cleanShutdown: true }).catch((error: unknown) => error);
    expect(reopened).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    await damaged.close();
  });

  it("is refused once the log is closed or deleted", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await filled(log);
    await log.close();
    await expect(log.read(0n, { maxBytes: 100 })).rejects.toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    });
    await expect(appendValues(log, "a")).rejects.toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
    const again = await place.open();
    await again.delete();
    await expect(again.read(0n, { maxBytes: 100 })).rejects.toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
    await expect(appendValues(again, "a")).rejects.toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
    expect(await place.storage.exists(place.dir)).toBe(false);
  });
});

describe.each(storageKinds)("looking for a time on %s", (kind) => {
  it("finds the first record that is not older, in whatever order the times are", async () => {
    await using place = await TestLog.make(kind, {
      segmentBytes: 1500,
      indexIntervalBytes: 150,
      messageTimestampAfterMaxMs: 1e15,
    });
    let log = await place.open();
    const times = Array.from(
      { length: 120 },
      (_, index) => 1_000_000 + index * 10 + (index % 7 === 0 ? -200 : 0) + (index % 11 === 0 ? 90 : 0),
    );
    for (let index = 0; index < times.length; index += 2) {
      const compression = index % 3 === 0 ? "gzip" : "none";
      const bytes = Buffer.from(batchWithTimes(times.slice(index, index + 2), compression));
      await log.append(bytes, { leaderEpoch: 6, origin: "client" });
    }
    expect(log.segmentCount).toBeGreaterThan(3);
    for (let pass = 0; pass < 2; pass++) {
      for (let time = 999_700; time < 1_001_400; time += 13) {
        const index = times.findIndex((candidate) => candidate >= time);
        const expected = index < 0 ? undefined : { offset: BigInt(index), timestamp: times[index], leaderEpoch: 6 };
        expect(await log.offsetForTimestamp(time), `time ${time}`).toEqual(expected);
      }
      const largest = Math.max(...times);
      expect(await log.maxTimestampOffset()).toEqual({
        offset: BigInt(times.indexOf(largest)),
        timestamp: largest,
        leaderEpoch: 6,
      });
      await log.close();
      log = await place.open({ cleanShutdown: true });
    }
  });

  it("passes over records that were deleted", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    for (const timestamp of [10, 20, 30])
      await log.append(batchOf(["a", "b"], { timestamp }), { leaderEpoch: 0, origin: "client" });
    await log.deleteBefore(3n);
    expect(await log.offsetForTimestamp(5)).toEqual({ offset: 3n, timestamp: 20, leaderEpoch: 0 });
  });

  it("finds nothing in an empty log or among records without a time", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    expect(await log.offsetForTimestamp(0)).toBeUndefined();
    expect(await log.maxTimestampOffset()).toBeUndefined();
    await log.append(batchOf(["a"], { timestamp: -1 }), { leaderEpoch: 0, origin: "client" });
    expect(await log.offsetForTimestamp(0)).toBeUndefined();
    expect(await log.maxTimestampOffset()).toBeUndefined();
  });
});

async function nextAppend(log: PartitionLog): Promise<void> {
  if (log.logEndOffset === 400n) return;
  await new Promise<void>((resolve) => {
    const stop = log.onAppended(() => {
      stop();
      resolve();
    });
  });
}

function batchWithTimes(times: readonly number[], compression: "gzip" | "none"): Buffer {
  return writeBatch(
    { compression },
    times.map((timestamp) => ({ timestamp, value: "x" })),
  );
}
