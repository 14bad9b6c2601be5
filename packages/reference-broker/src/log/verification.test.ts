import { ErrorCode, writeTransactionMarker } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { batchOf, TestLog } from "../../../../test/support/test-log.js";
import type { AppendResult } from "./append-run.js";
import type { PartitionLog } from "./log.js";
import type { VerificationGuard } from "./verification.js";

const producerId = 7n;

interface Sent {
  readonly epoch?: number;
  readonly sequence?: number;
  readonly isTransactional?: boolean;
  readonly guard?: VerificationGuard | undefined;
}

async function send(
  log: PartitionLog,
  { epoch = 0, sequence = 0, isTransactional = true, guard }: Sent = {},
): Promise<AppendResult> {
  const bytes = batchOf(["x"], { producerId, producerEpoch: epoch, baseSequence: sequence, isTransactional });
  return await log.append(bytes, { leaderEpoch: 0, origin: "client", verification: { guard } });
}

async function mark(log: PartitionLog, { epoch = 0, transactionVersion = 0 } = {}): Promise<void> {
  const marker = { producerId, producerEpoch: epoch, coordinatorEpoch: 0, timestamp: 1_700_000_000_000 };
  const bytes = writeTransactionMarker("ABORT", marker);
  await log.append(bytes, { leaderEpoch: 0, origin: "coordinator", transactionVersion });
}

function verify(
  log: PartitionLog,
  { epoch = 0, sequence = 0, raisesEpoch = false } = {},
): VerificationGuard | undefined {
  return log.beginVerification({ producerId, producerEpoch: epoch, firstSequence: sequence, raisesEpoch });
}

const isNoTransaction = { errorCode: ErrorCode.INVALID_TXN_STATE };
const isOutOfOrder = { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };

describe("records of a transaction", () => {
  it("are taken with the guard of their verification, and then without one until the transaction ends", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await expect(send(log)).rejects.toMatchObject(isNoTransaction);
    await send(log, { guard: verify(log) });
    expect(verify(log, { sequence: 1 })).toBeUndefined();
    await send(log, { sequence: 1 });
    await mark(log);
    await expect(send(log, { sequence: 2 })).rejects.toMatchObject(isNoTransaction);
  });

  it("are refused when the transaction that they were verified for ended meanwhile", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const guard = verify(log);
    await mark(log);
    const next = verify(log);
    expect(next).not.toBe(guard);
    await expect(send(log, { guard })).rejects.toMatchObject(isNoTransaction);
    expect(log.logEndOffset).toBe(1n);
    await send(log, { guard: next });
  });

  it("are refused with a guard that is used up, in the same write too", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const guard = verify(log);
    const outcomes = await Promise.allSettled([
      send(log, { guard }),
      send(log, { sequence: 1, guard }),
      mark(log),
      send(log, { sequence: 2, guard }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
    expect(outcomes[3]).toMatchObject({ reason: isNoTransaction });
  });

  it("need a verification of their own in a later epoch, also while the earlier one's transaction is open", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { guard: verify(log) });
    const guard = verify(log, { epoch: 1 });
    expect(guard).toBeDefined();
    await expect(send(log, { epoch: 1 })).rejects.toMatchObject(isNoTransaction);
    await send(log, { epoch: 1, guard });
  });

  it("are not verified in an epoch that is over", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await mark(log, { epoch: 5 });
    expect(() => verify(log, { epoch: 4 })).toThrow(
      expect.objectContaining({ errorCode: ErrorCode.INVALID_PRODUCER_EPOCH }),
    );
    expect(verify(log, { epoch: 5 })).toBeDefined();
  });

  it("keep a verification for the epoch that a marker begins, where every transaction has its epoch", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    await send(log, { guard: verify(log, { raisesEpoch: true }) });
    const guard = verify(log, { epoch: 1, raisesEpoch: true });
    await mark(log, { epoch: 1, transactionVersion: 2 });
    expect(verify(log, { epoch: 1, raisesEpoch: true })).toBe(guard);
    await send(log, { epoch: 1, guard });
  });
});

describe("sequence numbers under verification", () => {
  it("are not taken above one that was seen and not written", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const guard = verify(log, { sequence: 5 });
    expect(verify(log, { sequence: 3 })).toBe(guard);
    await expect(send(log, { sequence: 5, guard })).rejects.toMatchObject(isOutOfOrder);
    await send(log, { sequence: 3, guard });
  });

  it("begin anew in a later epoch", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    verify(log, { sequence: 3 });
    const guard = verify(log, { epoch: 1, sequence: 9 });
    await send(log, { epoch: 1, sequence: 9, guard });
  });

  it("begin at 0 where every transaction has its epoch", async () => {
    await using place = await TestLog.make("memory");
    const log = await place.open();
    const guard = verify(log, { sequence: 4, raisesEpoch: true });
    await expect(send(log, { sequence: 4, guard })).rejects.toMatchObject(isOutOfOrder);
    expect(verify(log, { sequence: 0, raisesEpoch: true })).toBe(guard);
    await send(log, { sequence: 0, guard });
  });
});

it("a verification that nobody came back to is forgotten with the producers that are silent", async () => {
  await using place = await TestLog.make("memory", { producerIdExpirationMs: 1000 });
  const log = await place.open();
  const guard = verify(log);
  place.now += 999;
  await log.expireProducers();
  expect(verify(log)).toBe(guard);
  place.now += 1;
  await log.expireProducers();
  expect(verify(log)).not.toBe(guard);
});
