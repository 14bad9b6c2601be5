import { describe, expect, it } from "vitest";
import { writeTransactionMarker } from "@moldau/protocol-codec";
import { batchOf, storageKinds, TestLog } from "../../../../test/support/test-log.js";
import type { PartitionLog } from "./log.js";

/** Appends one record of each producer's transaction, and a marker for each that ends. */
async function write(log: PartitionLog, ...steps: readonly (bigint | ["ABORT" | "COMMIT", bigint])[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === "bigint") {
      const header = { producerId: step, producerEpoch: 0, isTransactional: true };
      await log.append(batchOf(["x"], header), { leaderEpoch: 0, origin: "coordinator" });
    } else {
      const [type, producerId] = step;
      const header = { producerId, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1_700_000_000_000 };
      await log.append(writeTransactionMarker(type, header), { leaderEpoch: 0, origin: "coordinator" });
    }
  }
}

/** What a fetch of committed records is answered: the offset behind the records, and whose transactions were aborted. */
async function fetchCommitted(log: PartitionLog, offset: bigint, maxBytes = 10_000): Promise<readonly unknown[]> {
  const upTo = log.lastStableOffset;
  const { nextOffset, upperBound } = await log.read(offset, { maxBytes, minOneMessage: true, upTo });
  const aborted = await log.abortedTransactions(offset, upperBound);
  return [nextOffset, aborted.map(({ producerId }) => producerId)];
}

describe.each(storageKinds)("aborted transactions on %s", (kind) => {
  it("are told up to the end of the segment, as by Apache Kafka, whatever can be seen of it", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await write(log, 1n, ["ABORT", 1n], 2n, 3n, ["ABORT", 3n]);
    expect(await fetchCommitted(log, 0n)).toEqual([2n, [1n, 3n]]);
    expect(await fetchCommitted(log, 0n, 10)).toEqual([1n, [1n, 3n]]);
    await log.roll();
    await write(log, 4n, ["ABORT", 4n]);
    expect(await fetchCommitted(log, 0n)).toEqual([2n, [1n, 3n]]);
  });

  it("are told up to the next entry of the offset index, where there is one", async () => {
    await using place = await TestLog.make(kind, { indexIntervalBytes: 0 });
    const log = await place.open();
    await write(log, 1n, ["ABORT", 1n], 2n, ["ABORT", 2n], 3n, ["ABORT", 3n]);
    expect(await fetchCommitted(log, 0n, 10)).toEqual([1n, [1n]]);
    expect(await fetchCommitted(log, 1n, 10)).toEqual([2n, [1n]]);
    expect(await fetchCommitted(log, 2n, 100)).toEqual([3n, [2n]]);
  });

  it("are none where nothing can be seen", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await write(log, 1n, 2n, ["ABORT", 2n]);
    expect(await fetchCommitted(log, 0n)).toEqual([0n, []]);
    expect(await fetchCommitted(log, 2n)).toEqual([2n, []]);
    await write(log, ["ABORT", 1n]);
    expect(await fetchCommitted(log, 4n)).toEqual([4n, []]);
    expect(await fetchCommitted(log, 2n)).toEqual([4n, [2n, 1n]]);
  });

  it.each([".index", ".timeindex", ".txnindex"])("are found again when a damaged %s is", async (suffix) => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await write(log, 1n, 2n);
    await log.roll();
    await write(log, ["ABORT", 2n], 3n, ["ABORT", 1n]);
    await log.roll();
    await write(log, ["ABORT", 3n]);
    await log.close();
    const before = await place.storage.readFile(place.path(indexName(2, ".txnindex")));
    await place.overwrite(indexName(2, suffix), (content) => Buffer.concat([content, Buffer.alloc(3)]));
    const again = await place.open({ cleanShutdown: true });
    expect(await fetchCommitted(again, 0n)).toEqual([2n, [2n, 1n]]);
    expect(await fetchCommitted(again, 2n)).toEqual([5n, [2n, 1n, 3n]]);
    expect(await place.storage.readFile(place.path(indexName(2, ".txnindex")))).toEqual(before);
  });

  it("are found again when a crash came before a flushed segment had its index files", async () => {
    await using place = await TestLog.make(kind);
    const log = await place.open();
    await write(log, 1n, ["ABORT", 1n]);
    await log.flush();
    const { recoveryPoint } = log;
    expect(recoveryPoint).toBe(2n);
    place.storage.fail({ operation: "write", path: /\.txnindex$/ });
    await log.roll();
    const again = await place.openAfterKill({ recoveryPoint });
    expect(await fetchCommitted(again, 0n)).toEqual([2n, [1n]]);
  });
});

function indexName(baseOffset: number, suffix: string): string {
  return `${String(baseOffset).padStart(20, "0")}${suffix}`;
}
