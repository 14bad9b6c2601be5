import { describe, expect, it } from "vitest";
import { ErrorCode, writeTransactionMarker } from "@moldau/protocol-codec";
import { batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { AppendResult } from "./append-run.js";
import type { PartitionLog } from "./log.js";

const maxSequence = 0x7fff_ffff;

interface Sent {
  readonly epoch?: number;
  readonly sequence: number;
  readonly count?: number;
  readonly producerId?: bigint;
  readonly isTransactional?: boolean;
}

async function send(
  log: PartitionLog,
  { epoch = 0, sequence, count = 1, producerId = 7n, isTransactional = false }: Sent,
): Promise<AppendResult> {
  const values = Array.from({ length: count }, (_, index) => `${sequence + index}`);
  const bytes = batchOf(values, { producerId, producerEpoch: epoch, baseSequence: sequence, isTransactional });
  return await log.append(bytes, { leaderEpoch: 0, origin: "client" });
}

async function mark(
  log: PartitionLog,
  type: "ABORT" | "COMMIT",
  options: { epoch?: number; coordinatorEpoch?: number; producerId?: bigint; transactionVersion?: number } = {},
): Promise<AppendResult> {
  const { epoch = 0, coordinatorEpoch = 0, producerId = 7n, transactionVersion = 0 } = options;
  const bytes = writeTransactionMarker(type, {
    producerId,
    producerEpoch: epoch,
    coordinatorEpoch,
    timestamp: 1_700_000_000_000,
  });
  return await log.append(bytes, { leaderEpoch: 0, origin: "coordinator", transactionVersion });
}

describe.each(storageKinds)("sequence numbers on %s", (kind) => {
  it("are taken in order, and a batch that is sent again answers its first offsets without being written", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await send(log, { sequence: 0, count: 3 });
    await send(log, { sequence: 3, count: 2 });
    const again = await send(log, { sequence: 0, count: 3 });
    expect(again).toMatchObject({ firstOffset: 0n, lastOffset: 2n, duplicate: true });
    expect(log.logEndOffset).toBe(5n);
  });

  it("are recognised again for the last five batches of a producer, and no longer", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    for (let sequence = 0; sequence < 7; sequence++) await send(log, { sequence });
    for (let sequence = 2; sequence < 7; sequence++) {
      expect(await send(log, { sequence })).toMatchObject({ firstOffset: BigInt(sequence), duplicate: true });
    }
    await expect(send(log, { sequence: 1 })).rejects.toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    });
    expect(log.logEndOffset).toBe(7n);
  });

  it("are checked among appends that are written together", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    const outcomes = await Promise.allSettled([0, 1, 0, 3, 2].map((sequence) => send(log, { sequence })));
    expect(
      outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? [outcome.value.firstOffset, outcome.value.duplicate] : "refused",
      ),
    ).toEqual([[0n, false], [1n, false], [0n, true], "refused", [2n, false]]);
  });

  it("survive a restart: the last batch of each producer is known again", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await send(log, { sequence: 0 });
    await send(log, { sequence: 1, count: 2 });
    await log.close();
    const clean = await place.open({ cleanShutdown: true });
    expect(await send(clean, { sequence: 1, count: 2 })).toMatchObject({
      firstOffset: 1n,
      lastOffset: 2n,
      duplicate: true,
    });
    await expect(send(clean, { sequence: 9 })).rejects.toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    });
    await send(clean, { sequence: 3 });
    const killed = await place.openAfterKill();
    expect(await send(killed, { sequence: 3 })).toMatchObject({ firstOffset: 3n, duplicate: true });
    await send(killed, { sequence: 4 });
  });
});

describe("a producer", () => {
  it("that is unknown may begin with any sequence number, since its records may have been deleted", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await expect(send(log, { sequence: 41 })).resolves.toMatchObject({ firstOffset: 0n });
    await expect(send(log, { sequence: 43 })).rejects.toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    });
    await expect(send(log, { sequence: 42 })).resolves.toMatchObject({ firstOffset: 1n });
  });

  it("counts from 2^31 - 1 on to 0, within a batch and between batches", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { sequence: maxSequence - 1, count: 3 });
    await send(log, { sequence: 1 });
    expect(await send(log, { sequence: maxSequence - 1, count: 3 })).toMatchObject({ duplicate: true });
    await send(log, { sequence: maxSequence - 1, producerId: 8n, count: 2 });
    await expect(send(log, { sequence: 0, producerId: 8n })).resolves.toMatchObject({ duplicate: false });
  });

  it("of a newer epoch has to begin at 0", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { sequence: 0 });
    await expect(send(log, { epoch: 1, sequence: 1 })).rejects.toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    });
    await expect(send(log, { epoch: 1, sequence: 0 })).resolves.toMatchObject({ firstOffset: 1n, duplicate: false });
  });

  it("of an older epoch is fenced", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { epoch: 2, sequence: 0 });
    await expect(send(log, { epoch: 1, sequence: 1 })).rejects.toMatchObject({
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    });
  });

  it("is not checked for its sequence where a coordinator writes, but for its epoch", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const write = (epoch: number): Promise<AppendResult> =>
      log.append(batchOf(["x"], { producerId: 7n, producerEpoch: epoch, baseSequence: -1, isTransactional: true }), {
        leaderEpoch: 0,
        origin: "coordinator",
      });
    await write(3);
    await write(3);
    await expect(write(2)).rejects.toMatchObject({ errorCode: ErrorCode.INVALID_PRODUCER_EPOCH });
  });

  it("is forgotten after producer.id.expiration.ms of silence, unless its transaction is open", async () => {
    await using place = await TestLog.make("memory", { producerIdExpirationMs: 1000 });
    const log = await place.open();
    await send(log, { sequence: 0 });
    await send(log, { sequence: 0, producerId: 8n, isTransactional: true });
    place.now += 1000;
    await log.expireProducers();
    expect(log.producers.map(({ producerId }) => producerId)).toEqual([8n]);
  });
});

describe.each(storageKinds)("transactions on %s", (kind) => {
  it("hold the last stable offset at their first record until their marker is written", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await send(log, { sequence: 0, producerId: 1n });
    await send(log, { sequence: 0, producerId: 7n, isTransactional: true });
    await send(log, { sequence: 0, producerId: 8n, isTransactional: true });
    await send(log, { sequence: 1, producerId: 7n, isTransactional: true });
    expect([log.lastStableOffset, log.highWatermark]).toEqual([1n, 4n]);
    expect(await mark(log, "COMMIT", { producerId: 7n })).toMatchObject({ firstOffset: 4n });
    expect(log.lastStableOffset).toBe(2n);
    await mark(log, "ABORT", { producerId: 8n });
    expect(log.lastStableOffset).toBe(6n);
  });

  it("are listed as aborted for the reads that they overlap, also after a restart and a crash", async () => {
    await using place = await TestLog.make(kind, { segmentBytes: 300 });
    let log = await place.open();
    await send(log, { sequence: 0, producerId: 7n, isTransactional: true });
    await send(log, { sequence: 0, producerId: 1n, count: 4 });
    await mark(log, "ABORT", { producerId: 7n });
    await send(log, { sequence: 0, producerId: 8n, isTransactional: true });
    await mark(log, "COMMIT", { producerId: 8n });
    await send(log, { sequence: 0, producerId: 9n, isTransactional: true });
    await mark(log, "ABORT", { producerId: 9n });
    expect(log.segmentCount).toBeGreaterThan(1);
    const check = async (): Promise<void> => {
      const all = await log.abortedTransactions(0n, log.logEndOffset);
      expect(all.map(({ producerId, firstOffset, lastOffset }) => [producerId, firstOffset, lastOffset])).toEqual([
        [7n, 0n, 5n],
        [9n, 8n, 9n],
      ]);
      expect((await log.abortedTransactions(0n, 3n)).map(({ producerId }) => producerId)).toEqual([7n]);
      expect((await log.abortedTransactions(6n, 8n)).map(({ producerId }) => producerId)).toEqual([]);
      expect(log.lastStableOffset).toBe(10n);
    };
    await check();
    await log.close();
    log = await place.open({ cleanShutdown: true });
    await check();
    log = await place.openAfterKill();
    await check();
  });

  it("are still open after a restart and a crash when no marker was written", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await send(log, { sequence: 0, producerId: 1n });
    await send(log, { sequence: 0, isTransactional: true });
    await log.close();
    const clean = await place.open({ cleanShutdown: true });
    expect(clean.lastStableOffset).toBe(1n);
    const killed = await place.openAfterKill();
    expect(killed.lastStableOffset).toBe(1n);
    await mark(killed, "ABORT");
    expect(killed.lastStableOffset).toBe(3n);
  });
});

describe("a transaction", () => {
  it("takes no records outside of it from its producer while it is open", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { sequence: 0, isTransactional: true });
    await expect(send(log, { sequence: 1 })).rejects.toMatchObject({ errorCode: ErrorCode.INVALID_TXN_STATE });
    await mark(log, "COMMIT");
    await expect(send(log, { sequence: 1 })).resolves.toMatchObject({ duplicate: false });
  });

  it("is not ended by a coordinator of an older epoch", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { sequence: 0, isTransactional: true });
    await mark(log, "COMMIT", { coordinatorEpoch: 5 });
    await expect(mark(log, "ABORT", { coordinatorEpoch: 4 })).rejects.toMatchObject({
      errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    });
  });

  it("of version 2 is only ended by a marker that raises the epoch; the same marker once more is taken", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { sequence: 0, isTransactional: true });
    await expect(mark(log, "COMMIT", { transactionVersion: 2 })).rejects.toMatchObject({
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    });
    await mark(log, "COMMIT", { epoch: 1, transactionVersion: 2 });
    await mark(log, "COMMIT", { epoch: 1, transactionVersion: 2 });
    await expect(send(log, { sequence: 0, epoch: 1 })).resolves.toMatchObject({ duplicate: false });
  });

  it("without records here leaves no trace among the aborted ones", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await mark(log, "ABORT");
    expect(await log.abortedTransactions(0n, 10n)).toEqual([]);
    expect(log.lastStableOffset).toBe(1n);
  });

  it("that is decided holds the last stable offset until its marker is below the high watermark", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    log.setHighWatermark(0n);
    await send(log, { sequence: 0, isTransactional: true });
    await mark(log, "ABORT");
    log.setHighWatermark(1n);
    expect(log.lastStableOffset).toBe(0n);
    log.setHighWatermark(2n);
    expect(log.lastStableOffset).toBe(2n);
  });
});
