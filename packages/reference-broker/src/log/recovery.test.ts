import { describe, expect, it } from "vitest";
import { ErrorCode, readBatches, Uuid } from "@moldau/protocol-codec";
import { MemoryStorage } from "../storage/memory.js";
import { appendValues, batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

const firstLog = "00000000000000000000.log";

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

/** Everything that the files of a partition hold. */
async function contentsOf(place: TestLog): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const name of await place.files())
    contents[name] = (await place.storage.readFile(place.path(name)))?.toString("hex") ?? "";
  return contents;
}

/** What the `.log` files of a partition hold. */
async function recordsOf(place: TestLog): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await contentsOf(place)).filter(([name]) => name.endsWith(".log")));
}

describe.each(storageKinds)("after a kill on %s", (kind) => {
  it("every acknowledged record is there, with its offset, in all segments", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 700, indexIntervalBytes: 200 });
    const log = await place.open();
    const values = Array.from({ length: 60 }, (_, index) => `value ${index}`);
    for (const value of values) await appendValues(log, value);
    const recovered = await place.openAfterKill();
    expect(await valuesOf(recovered)).toEqual(values);
    expect([recovered.logStartOffset, recovered.logEndOffset, recovered.highWatermark]).toEqual([0n, 60n, 60n]);
    expect(await appendValues(recovered, "next")).toBe(60n);
  });

  it("a batch that was torn anywhere is cut off, and the ones before it stay", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await appendValues(log, "kept", "kept too");
    const keptBytes = log.sizeInBytes;
    await appendValues(log, "torn");
    const allBytes = log.sizeInBytes;
    await log.close();
    const whole = (await place.storage.readFile(place.path(firstLog))) ?? Buffer.alloc(0);
    expect(whole).toHaveLength(allBytes);
    for (let length = keptBytes; length < allBytes; length++) {
      await place.overwrite(firstLog, () => whole.subarray(0, length));
      const recovered = await place.open();
      expect(recovered.logEndOffset, `${length} bytes`).toBe(2n);
      expect(recovered.sizeInBytes).toBe(keptBytes);
      expect(await appendValues(recovered, "new")).toBe(2n);
      expect(await valuesOf(recovered)).toEqual(["kept", "kept too", "new"]);
      await recovered.close();
    }
  });

  it("a batch whose end never reached the disk and reads as zeros is cut off", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await appendValues(log, "kept");
    const keptBytes = log.sizeInBytes;
    await appendValues(log, "lost");
    await log.close();
    for (const from of [keptBytes, keptBytes + 30]) {
      await place.overwrite(firstLog, (content) => Buffer.concat([content.fill(0, from), Buffer.alloc(5000)]));
      const recovered = await place.open();
      expect(await valuesOf(recovered)).toEqual(["kept"]);
      await appendValues(recovered, "lost");
      await recovered.close();
    }
  });

  it("recovering once more changes nothing", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 500, indexIntervalBytes: 100 });
    const log = await place.open();
    for (let sequence = 0; sequence < 30; sequence++) {
      await log.append(batchOf([`v${sequence}`], { producerId: 4n, producerEpoch: 0, baseSequence: sequence }), {
        leaderEpoch: sequence >> 3,
        origin: "client",
      });
    }
    await log.close();
    const last = (await place.files()).filter((name) => name.endsWith(".log")).at(-1) ?? "";
    await place.overwrite(last, (content) => content.subarray(0, content.length - 3));
    await place.openAfterKill();
    const once = await contentsOf(place);
    const again = await place.openAfterKill();
    expect(await contentsOf(place)).toEqual(once);
    expect(again.logEndOffset).toBe(29n);
  });

  it("indexes that are lost or damaged are built again", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 2000, indexIntervalBytes: 100 });
    const log = await place.open();
    for (let index = 0; index < 60; index++) await appendValues(log, `value ${index}`);
    await log.close();
    const before = await contentsOf(place);
    const isIndex = (name: string): boolean => /\.(time)?index$/.test(name);
    for (const name of (await place.files()).filter(isIndex)) {
      if (name.startsWith("00000000000000000000")) await place.storage.remove(place.path(name));
      else await place.overwrite(name, (content) => content.fill(0xff));
    }
    const clean = await place.open({ cleanShutdown: true });
    for (let offset = 0n; offset < 60n; offset++)
      expect((await clean.read(offset, { maxBytes: 1, minOneMessage: true })).nextOffset).toBe(offset + 1n);
    await clean.offsetForTimestamp(0);
    await clean.maxTimestampOffset();
    await clean.close();
    expect(await contentsOf(place)).toEqual(before);
  });

  it("what lies below the recovery point is not read again", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 400 });
    const log = await place.open();
    for (let index = 0; index < 20; index++) await appendValues(log, `value ${index}`);
    await log.flush();
    const { recoveryPoint } = log;
    expect(recoveryPoint).toBe(20n);
    await log.close();
    // Damage that a reading recovery would find.
    await place.overwrite(firstLog, (content) => content.fill(7, 20, 30));
    const recovered = await place.openAfterKill({ recoveryPoint });
    expect(recovered.logEndOffset).toBe(20n);
    expect(recovered.segmentCount).toBeGreaterThan(3);
  });

  it("leader epochs that were not written yet are found in the batches", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    for (const leaderEpoch of [0, 0, 3, 7]) await log.append(batchOf(["x"]), { leaderEpoch, origin: "client" });
    const recovered = await place.openAfterKill();
    expect([0, 1, 3, 6, 7, 8].map((epoch) => recovered.endOffsetForEpoch(epoch))).toEqual([
      { epoch: 0, endOffset: 2n },
      { epoch: 0, endOffset: 2n },
      { epoch: 3, endOffset: 3n },
      { epoch: 3, endOffset: 3n },
      { epoch: 7, endOffset: 4n },
      { epoch: -1, endOffset: -1n },
    ]);
    expect([recovered.leaderEpochOf(1n), recovered.leaderEpochOf(2n)]).toEqual([0, 3]);
  });

  it("records below the checkpointed start stay deleted", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    for (let index = 0; index < 5; index++) await appendValues(log, `value ${index}`);
    await log.deleteBefore(3n);
    const recovered = await place.openAfterKill({ logStartOffset: 3n });
    expect(await valuesOf(recovered)).toEqual(["value 3", "value 4"]);
    const emptied = await place.openAfterKill({ logStartOffset: 9n });
    expect([emptied.logStartOffset, emptied.logEndOffset]).toEqual([9n, 9n]);
    expect(await appendValues(emptied, "new")).toBe(9n);
  });

  it("files that interrupted work left are cleared away", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await appendValues(log, "a");
    await log.close();
    for (const name of [
      "00000000000000000009.log.deleted",
      "00000000000000000000.log.cleaned",
      "00000000000000000044.index",
      "leader-epoch-checkpoint.tmp",
    ]) {
      await place.storage.writeFileAtomic(place.path(name), Buffer.from("x"));
    }
    await place.openAfterKill();
    const segment = ["00000000000000000000.index", firstLog, "00000000000000000000.timeindex"];
    expect(await place.files()).toEqual([...segment, "leader-epoch-checkpoint", "partition.metadata"]);
  });
});

describe.each(storageKinds)("a compaction that a kill interrupted on %s", (kind) => {
  /** Four segments of one record each, at offsets 0 to 3. */
  const fourSegments = async (): Promise<TestLog> => {
    const place = await TestLog.make(kind, { segmentBytes: 100 });
    const log = await place.open();
    for (let index = 0; index < 4; index++) await appendValues(log, `value ${index}`);
    await log.close();
    return place;
  };
  const compacted = batchOf(["compacted"], { baseOffset: 0n, lastOffsetDelta: 2 });

  it("is completed when its result was finished: it takes the place of the segments it was made from", async () => {
    await using place = await fourSegments();
    await place.storage.writeFileAtomic(place.path(`${firstLog}.swap`), compacted);
    await place.storage.writeFileAtomic(place.path("00000000000000000000.index.swap"), Buffer.alloc(0));
    const log = await place.openAfterKill();
    expect(await valuesOf(log)).toEqual(["compacted", "value 3"]);
    expect(log.segmentCount).toBe(2);
    expect((await place.files()).filter((name) => name.endsWith(".swap"))).toEqual([]);
  });

  it("is forgotten when it was not: the segments stay as they were", async () => {
    await using place = await fourSegments();
    await place.storage.writeFileAtomic(place.path(`${firstLog}.cleaned`), compacted);
    await place.storage.writeFileAtomic(
      place.path("00000000000000000001.log.swap"),
      batchOf(["a"], { baseOffset: 1n }),
    );
    const log = await place.openAfterKill();
    expect(await valuesOf(log)).toEqual(["value 0", "value 1", "value 2", "value 3"]);
    expect((await place.files()).filter((name) => /swap|cleaned/.test(name))).toEqual([]);
  });
});

describe.each(storageKinds)("damage that valid records lie behind, on %s", (kind) => {
  const damagedLog = async (segmentBytes: number): Promise<TestLog> => {
    const place = await TestLog.make(kind, { segmentBytes });
    const log = await place.open();
    for (let index = 0; index < 12; index++) await appendValues(log, `value ${index}`);
    await log.close();
    return place;
  };

  it("is told apart from a torn end: the log is refused with a sentence that names the place", async () => {
    for (const segmentBytes of [1 << 20, 400]) {
      for (const position of [0, 9, 16, 18, 25, 60, 80]) {
        await using place = await damagedLog(segmentBytes);
        await place.overwrite(firstLog, (content) => {
          content[position] = (content[position] ?? 0) ^ 0xff;
          return content;
        });
        const before = await recordsOf(place);
        const outcome = await place.openAfterKill().catch((error: unknown) => error);
        expect(outcome, `byte ${position}`).toMatchObject({
          errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
          message: expect.stringContaining(firstLog),
        });
        expect(await recordsOf(place)).toEqual(before);
      }
    }
  });

  it("is found also when the damage hides where the next batch begins", async () => {
    await using place = await damagedLog(1 << 20);
    await place.overwrite(firstLog, (content) => Buffer.concat([content.subarray(0, 100), content.subarray(137)]));
    await expect(place.openAfterKill()).rejects.toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
  });

  it("can be set aside, so that the records before it are usable", async () => {
    await using place = await damagedLog(400);
    await place.overwrite(firstLog, (content) => content.fill(9, 150, 160));
    const recovered = await place.openAfterKill({ damagePolicy: "quarantine" });
    expect(await valuesOf(recovered)).toEqual(["value 0"]);
    expect(await appendValues(recovered, "new")).toBe(1n);
    const aside = (await place.files()).filter((name) => name.endsWith(".quarantined"));
    expect(aside.length).toBeGreaterThan(2);
    await recovered.close();
    expect(await valuesOf(await place.openAfterKill())).toEqual(["value 0", "new"]);
  });
});

describe("after a power failure", () => {
  it("flushed records are there, and those that were not flushed may be gone", async () => {
    const storage = new MemoryStorage();
    await using place = await TestLog.make("memory");
    const log = await place.open({ storage });
    await appendValues(log, "flushed");
    await log.flush();
    await appendValues(log, "not flushed");
    const recovered = await place.open({ storage: storage.fork({ loseUnflushed: true }) });
    expect(await valuesOf(recovered)).toEqual(["flushed"]);
  });

  it("every acknowledged record is there where flush.messages is 1", async () => {
    const storage = new MemoryStorage();
    await using place = await TestLog.make("memory", { flushMessages: 1, segmentBytes: 300 });
    const log = await place.open({ storage });
    const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
    for (const value of values) {
      await appendValues(log, value);
      expect(log.recoveryPoint).toBe(log.logEndOffset);
      const recovered = await place.open({ storage: storage.fork({ loseUnflushed: true }) });
      expect(await valuesOf(recovered)).toEqual(values.slice(0, values.indexOf(value) + 1));
    }
  });
});

describe("a partition's directory", () => {
  it("is not opened for another topic of the same name", async () => {
    await using place = await TestLog.make("memory");
    await place.open();
    await expect(place.open({ topicId: Uuid.metadataTopic })).rejects.toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_TOPIC_ID,
    });
  });
});
