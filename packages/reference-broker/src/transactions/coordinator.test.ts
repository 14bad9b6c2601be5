import { ErrorCode } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { describe, expect, test } from "vitest";
import { TransactionFixture } from "../../testing/transaction-fixture.js";

describe("a transaction", () => {
  test.each([
    [0, "CompleteCommit", 0],
    [1, "CompleteCommit", 0],
    [2, "CompleteCommit", 1],
  ] as const)(
    "under version %i goes from its first partition to its last marker: %s, at epoch %i",
    async (version, state, epoch) => {
      const fixture = await TransactionFixture.start({ version });
      const producer = await fixture.init("t");
      expect(producer).toEqual({ errorCode: 0, producerId: 1000n, producerEpoch: 0 });
      expect(await fixture.add("t", producer, [1, 3])).toBe(ErrorCode.NONE);
      expect(await fixture.add("t", producer, [3, 2])).toBe(ErrorCode.NONE);
      const ended = await fixture.end("t", producer);
      expect(ended).toEqual(
        version === 2
          ? { errorCode: 0, producerId: 1000n, producerEpoch: 1 }
          : { errorCode: 0, producerId: -1n, producerEpoch: -1 },
      );
      await turns();
      expect(fixture.coordinator.inspect("t")).toMatchObject({ state, producerId: 1000n, producerEpoch: epoch });
      expect(fixture.markers.written).toEqual([
        {
          transactionalId: "t",
          producerId: 1000n,
          producerEpoch: epoch,
          coordinatorEpoch: 7,
          isCommit: true,
          transactionVersion: version === 2 ? 2 : 0,
          partitions: [1, 3, 2].map((partition) => ({ topic: "orders", partition })),
        },
      ]);
      expect(fixture.records.map(({ transaction }) => transaction?.state)).toEqual([
        "Empty",
        "Ongoing",
        "Ongoing",
        "PrepareCommit",
        state,
      ]);
      expect(fixture.errors).toEqual([]);
    },
  );
});

describe("a producer that begins", () => {
  test.each([
    [0, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
    [-1, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
    [1, ErrorCode.NONE],
    [900_000, ErrorCode.NONE],
    [900_001, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
  ])("with a time-out of %i ms hears %i", async (timeoutMs, errorCode) => {
    const fixture = await TransactionFixture.start();
    expect((await fixture.init("t", undefined, timeoutMs)).errorCode).toBe(errorCode);
  });

  test("without a name hears INVALID_REQUEST, whatever it wants", async () => {
    const fixture = await TransactionFixture.start();
    const nobody = { producerId: 1n, producerEpoch: 0 };
    expect((await fixture.init("")).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(await fixture.add("", nobody)).toBe(ErrorCode.INVALID_REQUEST);
    expect((await fixture.end("", nobody)).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  test("while another has a transaction has to come again, and the other is fenced", async () => {
    const fixture = await TransactionFixture.start();
    const other = await fixture.ongoing("t");
    expect((await fixture.init("t")).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    await turns();
    expect(await fixture.init("t")).toEqual({ errorCode: 0, producerId: 1000n, producerEpoch: 2 });
    expect((await fixture.end("t", other)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    expect(fixture.markers.written).toMatchObject([{ isCommit: false }]);
  });

  test("where the partition of its id is not led hears NOT_COORDINATOR", async () => {
    const fixture = await TransactionFixture.start();
    await fixture.coordinator.onLeaderLost(0);
    expect((await fixture.init("t")).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.coordinator.verifyPartitions({ ...unknown, transactionalId: "t" })).toEqual([
      ErrorCode.NOT_COORDINATOR,
    ]);
  });
});

const unknown = { producerId: 1n, producerEpoch: 0, partitions: [{ topic: "orders", partition: 0 }] };

describe("a partition that is asked about", () => {
  test("belongs to the transaction of its producer, or the transaction has to be aborted", async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.ongoing("t");
    const ask = (partition: number, who = producer): readonly number[] =>
      fixture.coordinator.verifyPartitions({
        transactionalId: "t",
        ...who,
        partitions: [{ topic: "orders", partition }],
      });
    expect(ask(0)).toEqual([ErrorCode.NONE]);
    expect(ask(1)).toEqual([ErrorCode.TRANSACTION_ABORTABLE]);
    expect(ask(0, { ...producer, producerEpoch: 7 })).toEqual([ErrorCode.PRODUCER_FENCED]);
    expect(ask(0, { ...producer, producerId: 7n })).toEqual([ErrorCode.INVALID_PRODUCER_ID_MAPPING]);
    fixture.markers.gate = new Promise(() => undefined);
    const next = await fixture.end("t", producer);
    expect(ask(0, next)).toEqual([ErrorCode.CONCURRENT_TRANSACTIONS]);
    expect(fixture.coordinator.verifyPartitions({ ...unknown, transactionalId: "nobody" })).toEqual([
      ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    ]);
  });
});
