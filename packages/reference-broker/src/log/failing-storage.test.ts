import { describe, expect, it } from "vitest";
import { ErrorCode, readBatches } from "@moldau/protocol-codec";
import { appendValues, batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

const storageError = { errorCode: ErrorCode.KAFKA_STORAGE_ERROR };

async function baseOffsets(log: PartitionLog): Promise<bigint[]> {
  const { records } = await log.read(log.logStartOffset, { maxBytes: 1 << 20 });
  return [...readBatches(records)].map((batch) => batch.baseOffset);
}

describe.each(storageKinds)("when the storage fails on %s", (kind) => {
  it("a write that fails at any byte changes nothing, and the next one is tried anew", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await appendValues(log, "kept");
    const sizeBefore = log.sizeInBytes;
    const length = batchOf(["lost"]).length;
    for (let keepBytes = 0; keepBytes < length; keepBytes += 7) {
      place.storage.fail({ operation: "write", path: /\.log$/, code: "ENOSPC", keepBytes });
      await expect(appendValues(log, "lost")).rejects.toMatchObject(storageError);
      expect([log.logEndOffset, log.highWatermark, log.sizeInBytes]).toEqual([1n, 1n, sizeBefore]);
    }
    expect(log.failure).toBeUndefined();
    expect(await appendValues(log, "next")).toBe(1n);
    expect(await baseOffsets(log)).toEqual([0n, 1n]);
    expect(await baseOffsets(await place.openAfterKill())).toEqual([0n, 1n]);
  });

  it("appends that were to be written together fail together, and a producer may send its batch again", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const send = async (sequence: number): Promise<bigint> => {
      const bytes = batchOf(["x"], { producerId: 3n, producerEpoch: 0, baseSequence: sequence });
      return (await log.append(bytes, { leaderEpoch: 0, origin: "client" })).firstOffset;
    };
    await send(0);
    place.storage.fail({ operation: "write", path: /\.log$/, keepBytes: 100 });
    const outcomes = await Promise.allSettled([send(1), send(2), send(1)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await Promise.all([send(1), send(2)])).toEqual([1n, 2n]);
  });

  it("a full disk refuses appends until there is room", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    place.storage.limitFreeSpace(1000);
    let taken = 0;
    for (let index = 0; index < 30; index++) {
      const outcome = await appendValues(log, "x".repeat(20)).catch(() => undefined);
      if (outcome !== undefined) taken += 1;
    }
    expect(taken).toBeGreaterThan(2);
    expect(taken).toBeLessThan(30);
    expect(log.logEndOffset).toBe(BigInt(taken));
    place.storage.heal();
    expect(await appendValues(log, "room")).toBe(BigInt(taken));
    expect((await place.openAfterKill()).logEndOffset).toBe(BigInt(taken + 1));
  });

  it("a torn write that cannot be cut off takes the log out of service until it is opened again", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await appendValues(log, "kept");
    place.storage.fail({ operation: "write", path: /\.log$/, keepBytes: 40 });
    place.storage.fail({ operation: "truncate", path: /\.log$/ });
    await expect(appendValues(log, "torn")).rejects.toMatchObject(storageError);
    await expect(appendValues(log, "refused")).rejects.toMatchObject(storageError);
    expect(log.failure).toMatchObject(storageError);
    expect(await baseOffsets(log)).toEqual([0n]);
    const recovered = await place.openAfterKill();
    expect(recovered.failure).toBeUndefined();
    expect(await appendValues(recovered, "next")).toBe(1n);
  });

  it("a failed flush takes the log out of service: what is on the disk is unknown", async () => {
    await using place = await TestLog.make(kind, { flushMessages: 1 });
    const log = await place.open();
    await appendValues(log, "kept");
    place.storage.fail({ operation: "fsync", path: /\.log$/ });
    await expect(appendValues(log, "lost")).rejects.toMatchObject(storageError);
    expect(log.logEndOffset).toBe(1n);
    await expect(appendValues(log, "refused")).rejects.toMatchObject(storageError);
    await log.close();
    expect(log.failure).toMatchObject(storageError);
    expect((await place.openAfterKill()).logEndOffset).toBe(1n);
  });

  it("a flush in the background that fails is told by the next append", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 200 });
    const log = await place.open();
    place.storage.fail({ operation: "fsync", path: /\.log$/ });
    await appendValues(log, "a".repeat(50));
    await appendValues(log, "b".repeat(50));
    await log.flush().catch(() => undefined);
    expect(log.failure).toMatchObject(storageError);
    await expect(appendValues(log, "c")).rejects.toMatchObject(storageError);
  });

  it("a segment that cannot be begun leaves the log as it was", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 200 });
    const log = await place.open();
    await appendValues(log, "a".repeat(50));
    place.storage.fail({ operation: "open", path: /\.log$/, code: "EMFILE" });
    await expect(appendValues(log, "b".repeat(50))).rejects.toMatchObject(storageError);
    expect(log.segmentCount).toBe(1);
    expect(await appendValues(log, "b".repeat(50))).toBe(1n);
    expect(log.segmentCount).toBe(2);
  });

  it("a read that fails says so and the log goes on", async () => {
    await using place = await TestLog.make(kind, { tailCacheBytes: 0 });
    const log = await place.open();
    for (let index = 0; index < 50; index++) await appendValues(log, "x".repeat(1000));
    place.storage.fail({ operation: "read", path: /\.log$/ });
    await expect(log.read(0n, { maxBytes: 1 << 20 })).rejects.toMatchObject(storageError);
    expect((await log.read(0n, { maxBytes: 1 << 20 })).nextOffset).toBe(50n);
    await appendValues(log, "y");
  });
});

describe("opening", () => {
  it("fails when the disk does, and succeeds once it is well", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await appendValues(log, "a");
    await log.close();
    for (const operation of ["open", "read"] as const) {
      place.storage.fail({ operation, path: /\.log$/ });
      await expect(place.open()).rejects.toMatchObject({ code: "EIO" });
    }
    expect((await place.open()).logEndOffset).toBe(1n);
  });
});
