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
