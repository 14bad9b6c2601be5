import { ErrorCode } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../../testing/memory-log.js";
import { MarkersInMemory, TransactionFixture } from "../../testing/transaction-fixture.js";
import { CoordinatorError } from "../coordination/coordinator-error.js";
import { encodeTransactionRecord } from "./records.js";

const day = 24 * 3_600_000;

/** A gate that opens when it is told to. */
function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open: () => open() };
}

describe("while the partitions are being told", () => {
  test("whoever asks hears CONCURRENT_TRANSACTIONS, and afterwards what is due to him", async () => {
    const fixture = await TransactionFixture.start();
    const { closed, open } = gate();
    fixture.markers.gate = closed;
    const producer = await fixture.ongoing("t");
    const next = await fixture.end("t", producer);
    expect(fixture.stateOf("t")).toBe("PrepareCommit");
    expect(await fixture.add("t", next)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect((await fixture.end("t", producer)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect((await fixture.init("t")).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    open();
    await turns();
    expect(fixture.stateOf("t")).toBe("CompleteCommit");
    expect(await fixture.end("t", producer)).toEqual(next);
    expect(await fixture.add("t", next)).toBe(ErrorCode.NONE);
  });

  test("the id of another transaction is served", async () => {
    const fixture = await TransactionFixture.start();
    fixture.markers.gate = gate().closed;
    await fixture.end("t", await fixture.ongoing("t"));
    expect((await fixture.end("u", await fixture.ongoing("u"))).errorCode).toBe(ErrorCode.NONE);
  });

  test("a log that refuses the end is asked again, and the markers are not written twice", async () => {
    const fixture = await TransactionFixture.start();
    const { closed, open } = gate();
    fixture.markers.gate = closed;
    await fixture.end("t", await fixture.ongoing("t"));
    fixture.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    open();
    await fixture.clock.advance(350);
    expect(fixture.stateOf("t")).toBe("PrepareCommit");
    fixture.log.failWith = undefined;
    await fixture.clock.advance(100);
    expect(fixture.stateOf("t")).toBe("CompleteCommit");
    expect(fixture.markers.written).toHaveLength(1);
    expect(fixture.errors).toEqual([]);
  });

  test("a partition that has seen a later coordinator ends the matter, and nobody is bothered with it", async () => {
    const fixture = await TransactionFixture.start();
    fixture.markers.gate = Promise.reject(new CoordinatorError(ErrorCode.TRANSACTION_COORDINATOR_FENCED));
    await fixture.end("t", await fixture.ongoing("t"));
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("t")).toBe("PrepareCommit");
    expect(fixture.errors).toEqual([]);
  });

  test("the markers say in which epoch the broker leads by then", async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.ongoing("t");
    await fixture.coordinator.onLeader(0, fixture.log, 9);
    await fixture.end("t", producer);
    expect(fixture.markers.written).toMatchObject([{ coordinatorEpoch: 9 }]);
  });
});

describe("the next coordinator", () => {
  test.each([true, false])("finishes what is decided (commit: %s)", async (isCommit) => {
    const first = await TransactionFixture.start();
    first.markers.gate = gate().closed;
    const producer = await first.ongoing("t");
    const next = await first.end("t", producer, isCommit);
    const markers = new MarkersInMemory();
    const second = await first.successor({ markers });
    expect(markers.written).toMatchObject([
      { transactionalId: "t", producerEpoch: 1, isCommit, transactionVersion: 2, partitions: [{ topic: "orders" }] },
    ]);
    expect(second.stateOf("t")).toBe(isCommit ? "CompleteCommit" : "CompleteAbort");
    expect(await second.end("t", producer, isCommit)).toEqual(next);
    expect(first.errors).toEqual([]);
  });

  test("goes on with what is open, and aborts it when its time is up", async () => {
    const first = await TransactionFixture.start();
    const producer = await first.ongoing("t", 30_000);
    await first.clock.advance(25_000);
    const second = await first.successor();
    expect(await second.add("t", producer, [4])).toBe(ErrorCode.NONE);
    await second.clock.advance(20_000);
    expect(second.stateOf("t")).toBe("CompleteAbort");
    expect((await second.end("t", producer)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
  });

  test("gives the next epoch to one that rests, or has completed", async () => {
    const first = await TransactionFixture.start();
    await first.init("empty");
    await first.end("completed", await first.ongoing("completed"));
    await turns();
    const second = await first.successor();
    expect(await second.init("empty")).toMatchObject({ producerId: 1000n, producerEpoch: 1 });
    expect(await second.init("completed")).toMatchObject({ producerId: 1001n, producerEpoch: 2 });
  });

  test("finds the new producer id of an end that used up the epochs, whenever the first one was stopped", async () => {
    const log = new MemoryLog();
    const ongoing = {
      state: "Ongoing",
      producerId: 5n,
      producerEpoch: 32_766,
      lastProducerEpoch: -1,
      previousProducerId: 5n,
      timeoutMs: 60_000,
      lastUpdateMs: Date.UTC(2023, 10, 14),
      startMs: Date.UTC(2030, 0, 1),
      partitions: [{ topic: "orders", partition: 0 }],
      clientTransactionVersion: 2,
    } as const;
    const { key, value } = encodeTransactionRecord({ transactionalId: "t", transaction: ongoing }, 2);
    log.appendRaw(key, value);
    const first = await TransactionFixture.start({ log });
    first.markers.gate = gate().closed;
    const answer = await first.end("t", { producerId: 5n, producerEpoch: 32_766 });
    expect(answer).toEqual({ errorCode: 0, producerId: 1000n, producerEpoch: 0 });
    const second = await first.successor({ markers: new MarkersInMemory() });
    expect(second.markers.written).toMatchObject([{ producerId: 5n, producerEpoch: 32_767 }]);
    expect(await second.end("t", { producerId: 5n, producerEpoch: 32_766 })).toEqual(answer);
    expect(await second.add("t", answer)).toBe(ErrorCode.NONE);
  });
});

describe("a transaction that is open for too long", () => {
  test.each([
    [0, 1],
    [2, 1],
  ] as const)("is aborted under version %i, and its producer is fenced", async (version, epoch) => {
    const fixture = await TransactionFixture.start({ version });
    const producer = await fixture.ongoing("t", 15_000);
    await fixture.clock.advance(15_000);
    expect(fixture.stateOf("t")).toBe("Ongoing");
    await fixture.clock.advance(5000);
    expect(fixture.coordinator.inspect("t")).toMatchObject({ state: "CompleteAbort", producerEpoch: epoch });
    expect(fixture.markers.written).toMatchObject([{ isCommit: false, producerEpoch: epoch }]);
    expect(await fixture.add("t", producer)).toBe(ErrorCode.PRODUCER_FENCED);
  });

  test("is looked for again when the log refused to hear of it", async () => {
    const fixture = await TransactionFixture.start();
    await fixture.ongoing("t", 5000);
    fixture.log.failWith = ErrorCode.KAFKA_STORAGE_ERROR;
    await fixture.clock.advance(10_000);
    expect(fixture.errors).toMatchObject([{ errorCode: ErrorCode.NOT_COORDINATOR }]);
    fixture.log.failWith = undefined;
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("t")).toBe("CompleteAbort");
  });

  test("is none when it may be open for ever", async () => {
    const fixture = await TransactionFixture.start({ config: { "transaction.max.timeout.ms": 2_147_483_647 } });
    await fixture.ongoing("t", 2_147_483_647);
    // A day more than the time-out, were it one. What is late is aborted in the first round after that.
    fixture.clock.setWallClock(26 * day);
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("t")).toBe("Ongoing");
  });

  test("does not keep the next one from being found", async () => {
    const fixture = await TransactionFixture.start();
    await fixture.ongoing("t", 5000);
    await fixture.clock.advance(10_000);
    expect(fixture.stateOf("t")).toBe("CompleteAbort");
    await fixture.ongoing("u", 5000);
    await fixture.clock.advance(20_000);
    expect(fixture.stateOf("u")).toBe("CompleteAbort");
  });
});

describe("an id that nobody uses", () => {
  test("is forgotten after a week, with a tombstone, unless it has a transaction", async () => {
    const fixture = await TransactionFixture.start({ config: { "transaction.max.timeout.ms": 2_147_483_647 } });
    await fixture.init("empty");
    await fixture.end("completed", await fixture.ongoing("completed"));
    const producer = await fixture.ongoing("ongoing", 2_147_483_647);
    await fixture.clock.advance(7 * day - 1);
    expect(fixture.stateOf("empty")).toBe("Empty");
    await fixture.clock.advance(3_600_000);
    expect(["empty", "completed", "ongoing"].map((id) => fixture.stateOf(id))).toEqual([
      undefined,
      undefined,
      "Ongoing",
    ]);
    expect(fixture.records.slice(-2)).toEqual([
      { transactionalId: "empty", transaction: null },
      { transactionalId: "completed", transaction: null },
    ]);
    expect(await fixture.end("ongoing", producer)).toMatchObject({ errorCode: ErrorCode.NONE });
    expect(await fixture.init("empty")).toMatchObject({ producerEpoch: 0 });
  });

  test("is kept when its use was a moment ago, however old it is", async () => {
    const fixture = await TransactionFixture.start();
    await fixture.init("t");
    for (let days = 0; days < 20; days += 4) {
      await fixture.clock.advance(4 * day);
      expect((await fixture.init("t")).producerId).toBe(1000n);
    }
  });
});

describe("a log", () => {
  test.each([
    ["a value that ends too soon", Buffer.from([0, 0, 1])],
    ["a value without a version", Buffer.from([0])],
  ])("with %s is not served, and reported with the reason", async (_, value) => {
    const log = new MemoryLog();
    const { key } = encodeTransactionRecord({ transactionalId: "t", transaction: null }, 2);
    log.appendRaw(key, value);
    const fixture = await TransactionFixture.start({ log });
    expect(fixture.errors).toHaveLength(1);
    expect(String(fixture.errors[0])).toMatch(/__transaction_state-0 cannot be read.*TransactionLogValue/);
    expect((await fixture.init("t")).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.coordinator.describe("t").errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.coordinator.list(everything)).toEqual([]);
  });

  test("of a later Kafka is read, except for what is new in it", async () => {
    const first = await TransactionFixture.start();
    await first.init("t");
    first.log.appendRaw(Buffer.from([0, 77, 1, 2, 3]), Buffer.from("?"));
    const { key } = encodeTransactionRecord({ transactionalId: "t", transaction: null }, 2);
    first.log.appendRaw(key, Buffer.from([0, 9, 1, 2, 3]));
    const second = await first.successor();
    expect(second.stateOf("t")).toBe("Empty");
    expect(second.errors).toEqual([]);
  });

  test("that refuses is answered with the coordinator's error, and nothing has changed", async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.ongoing("t");
    const before = fixture.coordinator.inspect("t");
    fixture.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(await fixture.add("t", producer, [9])).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect((await fixture.end("t", producer)).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect((await fixture.init("t")).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect((await fixture.init("new")).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(fixture.coordinator.inspect("t")).toEqual(before);
    expect(fixture.stateOf("new")).toBeUndefined();
    expect(fixture.markers.written).toEqual([]);
    fixture.log.failWith = undefined;
    expect((await fixture.end("t", producer)).errorCode).toBe(ErrorCode.NONE);
  });

  test("of version 0 takes nothing that its records cannot say", async () => {
    const fixture = await TransactionFixture.start({ version: 0 });
    const producer = await fixture.ongoing("t");
    const request = { transactionalId: "t", ...producer, committed: true };
    expect((await fixture.coordinator.end(request, 2)).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(fixture.stateOf("t")).toBe("Ongoing");
  });
});

const everything = {
  stateFilters: [],
  producerIdFilters: [],
  durationFilter: -1n,
  transactionalIdPattern: null,
};
