import { describe, expect, it } from "vitest";
import { ErrorCode } from "@moldau/protocol-codec";
import { appendValues, batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { LogConfig } from "./log-config.js";
import type { PartitionLog } from "./log.js";

const client = { leaderEpoch: 0, origin: "client" } as const;

/** Ten segments of one batch with one record each, a second apart. */
async function tenSegments(
  kind: "memory" | "disk",
  config: Partial<LogConfig> = {},
): Promise<{ place: TestLog; log: PartitionLog; bytes: number }> {
  const place = await TestLog.make(kind, { segmentBytes: 150, ...config });
  const log = await place.open();
  for (let index = 0; index < 10; index++)
    await log.append(batchOf([`value ${index}`], { timestamp: place.now + index * 1000 }), client);
  expect(log.segmentCount).toBe(10);
  return { place, log, bytes: log.sizeInBytes / 10 };
}

describe.each(storageKinds)("deleting records on %s", (kind) => {
  it("moves the start of the log and removes segments that lie wholly before it, with their files", async () => {
    const { place, log } = await tenSegments(kind);
    await using _place = place;
    expect(await log.deleteBefore(4n)).toBe(4n);
    expect([log.logStartOffset, log.segmentCount]).toEqual([4n, 6]);
    const names = await place.files();
    expect(names.filter((name) => name.endsWith(".log"))).toEqual(
      [4, 5, 6, 7, 8, 9].map((base) => `${String(base).padStart(20, "0")}.log`),
    );
    expect(names.filter((name) => /^0+[0-3]\./.test(name))).toEqual([]);
  });

  it("takes -1 for the high watermark, and leaves an empty log that goes on at its end", async () => {
    const { place, log } = await tenSegments(kind);
    await using _place = place;
    expect(await log.deleteBefore(-1n)).toBe(10n);
    expect([log.logStartOffset, log.logEndOffset, log.segmentCount]).toEqual([10n, 10n, 1]);
    expect(await appendValues(log, "next")).toBe(10n);
  });

  it("is refused above the high watermark, and does nothing at or below the start", async () => {
    const { place, log } = await tenSegments(kind);
    await using _place = place;
    log.setHighWatermark(6n);
    await expect(log.deleteBefore(7n)).rejects.toMatchObject({ errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
    await log.deleteBefore(5n);
    expect(await log.deleteBefore(3n)).toBe(5n);
  });

  it("lets a reader finish that was reading what goes", async () => {
    const { place, log, bytes } = await tenSegments(kind);
    await using _place = place;
    const reading = log.read(0n, { maxBytes: bytes });
    await log.deleteBefore(8n);
    expect((await reading).nextOffset).toBe(1n);
  });
});

describe.each(storageKinds)("retention on %s", (kind) => {
  it("by size removes the oldest segments as long as enough is left", async () => {
    const { place, log, bytes } = await tenSegments(kind, { retentionMs: -1 });
    await using _place = place;
    log.updateConfig({ ...place.config, retentionBytes: 4 * bytes - 1 });
    expect(await log.applyRetention()).toBe(6);
    expect([log.logStartOffset, log.sizeInBytes]).toEqual([6n, 4 * bytes]);
    expect(await log.applyRetention()).toBe(0);
  });

  it("by time removes segments whose youngest record is older than retention.ms", async () => {
    const { place, log } = await tenSegments(kind, { retentionMs: 5000 });
    await using _place = place;
    place.now += 5000;
    expect(await log.applyRetention()).toBe(0);
    place.now += 3000;
    expect(await log.applyRetention()).toBe(3);
    expect(log.logStartOffset).toBe(3n);
  });

  it("removes even the last segment, once a new one is there to write to", async () => {
    const { place, log } = await tenSegments(kind, { retentionMs: 5000 });
    await using _place = place;
    place.now += 1_000_000;
    expect(await log.applyRetention()).toBe(10);
    expect([log.logStartOffset, log.logEndOffset, log.sizeInBytes]).toEqual([10n, 10n, 0]);
    expect(await log.applyRetention()).toBe(0);
    expect(await appendValues(log, "next")).toBe(10n);
  });

  it("never touches what is above the high watermark", async () => {
    const { place, log } = await tenSegments(kind, { retentionMs: 5000 });
    await using _place = place;
    log.setHighWatermark(4n);
    place.now += 1_000_000;
    expect(await log.applyRetention()).toBe(4);
    expect(log.logStartOffset).toBe(4n);
  });

  it("leaves topics alone that are not cleaned by deletion", async () => {
    const { place, log } = await tenSegments(kind, { retentionMs: 5000, isDeleted: false });
    await using _place = place;
    place.now += 1_000_000;
    expect(await log.applyRetention()).toBe(0);
  });
});

describe.each(storageKinds)("truncating on %s", (kind) => {
  it("cuts the batch that holds the offset and all behind it, and the next record takes its place", async () => {
    for (let offset = 0n; offset <= 12n; offset++) {
      await using place = await TestLog.make(kind, { segmentBytes: 400 });
      const log = await place.open();
      for (let index = 0; index < 6; index++) {
        const bytes = batchOf([`a${index}`, `b${index}`], {
          producerId: 5n,
          producerEpoch: 0,
          baseSequence: index * 2,
        });
        await log.append(bytes, { leaderEpoch: index, origin: "client" });
      }
      await log.truncateTo(offset);
      const kept = (offset / 2n) * 2n;
      expect([log.logEndOffset, log.highWatermark], `to ${offset}`).toEqual([kept, kept]);
      expect(log.latestLeaderEpoch).toBe(Number(kept / 2n) - 1);
      const next = batchOf(["new"], { producerId: 5n, producerEpoch: 0, baseSequence: Number(kept) });
      expect(await log.append(next, { leaderEpoch: 9, origin: "client" })).toMatchObject({
        firstOffset: kept,
        duplicate: false,
      });
      expect((await log.read(kept, { maxBytes: 1 << 20 })).nextOffset).toBe(kept + 1n);
      const recovered = await place.openAfterKill();
      expect(recovered.logEndOffset).toBe(kept + 1n);
    }
  });
});

describe.each(storageKinds)("rolling on %s", (kind) => {
  it("begins a segment when the next batch would make the active one larger than segment.bytes", async () => {
    const size = batchOf(["x"]).length;
    await using place = await TestLog.make(kind, { segmentBytes: 3 * size });
    const log = await place.open();
    const bases: bigint[] = [];
    for (let index = 0; index < 7; index++) {
      await appendValues(log, "x");
      bases.push(log.activeSegmentBase);
    }
    expect(bases).toEqual([0n, 0n, 0n, 3n, 3n, 3n, 6n]);
  });

  it("begins a segment when a record is younger than the first one of the segment by more than segment.ms", async () => {
    await using place = await TestLog.make(kind, { segmentMs: 1000 });
    const log = await place.open();
    const bases: bigint[] = [];
    for (const timestamp of [0, 1000, 1001, 500, 2001, 2002]) {
      await log.append(batchOf(["x"], { timestamp }), client);
      bases.push(log.activeSegmentBase);
    }
    expect(bases).toEqual([0n, 0n, 2n, 2n, 2n, 5n]);
  });

  it("goes by the clock when records have no time", async () => {
    await using place = await TestLog.make(kind, { segmentMs: 1000 });
    const log = await place.open();
    await log.append(batchOf(["x"], { timestamp: -1 }), client);
    place.now += 1000;
    await log.append(batchOf(["x"], { timestamp: -1 }), client);
    expect(log.activeSegmentBase).toBe(0n);
    place.now += 1;
    await log.append(batchOf(["x"], { timestamp: -1 }), client);
    expect(log.activeSegmentBase).toBe(2n);
  });

  it("knows the first record's time also after a restart", async () => {
    await using place = await TestLog.make(kind, { segmentMs: 1000 });
    const log = await place.open();
    await log.append(batchOf(["x"], { timestamp: 5000 }), client);
    await log.close();
    const again = await place.open({ cleanShutdown: true });
    await again.append(batchOf(["x"], { timestamp: 6000 }), client);
    expect(again.activeSegmentBase).toBe(0n);
    await again.append(batchOf(["x"], { timestamp: 6001 }), client);
    expect(again.activeSegmentBase).toBe(2n);
  });

  it("begins a segment when an index is full", async () => {
    await using place = await TestLog.make(kind, { segmentIndexBytes: 36, indexIntervalBytes: 0 });
    const log = await place.open();
    for (let index = 0; index < 12; index++) await log.append(batchOf(["x"], { timestamp: index }), client);
    expect(log.segmentCount).toBeGreaterThan(2);
    const indexes = (await place.files()).filter((name) => name.endsWith("index"));
    await log.close();
    for (const name of indexes)
      expect((await place.storage.readFile(place.path(name)))?.length).toBeLessThanOrEqual(36);
  });

  it("begins a segment when an offset is too far from the segment's base for the index", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    for (const baseOffset of [0n, 0x7fff_ffffn, 0x8000_0000n]) {
      await log.append(batchOf(["x"], { baseOffset }), { leaderEpoch: 0, origin: "replication" });
    }
    expect([log.activeSegmentBase, log.segmentCount]).toEqual([0x8000_0000n, 2]);
    expect((await log.read(5n, { maxBytes: 1, minOneMessage: true })).nextOffset).toBe(0x8000_0000n);
  });

  it("is followed by a flush of the segment that was left, which moves the recovery point", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 100 });
    const log = await place.open();
    await appendValues(log, "a");
    await appendValues(log, "b");
    await log.expireProducers();
    expect(log.recoveryPoint).toBe(1n);
  });
});

describe("flush.ms", () => {
  it("flushes when it has passed since the last flush and there is something to flush", async () => {
    await using place = await TestLog.make("memory", { flushMs: 1000 });
    const log = await place.open();
    await appendValues(log, "a");
    await log.flushIfDue();
    expect(log.recoveryPoint).toBe(0n);
    place.now += 1000;
    await log.flushIfDue();
    expect(log.recoveryPoint).toBe(1n);
  });
});
