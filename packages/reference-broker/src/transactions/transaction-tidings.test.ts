import { ErrorCode } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { expect, test } from "vitest";
import { TransactionFixture } from "../../testing/transaction-fixture.js";

/** What is told, as far as it differs. */
function listen(fixture: TransactionFixture): string[] {
  const told: string[] = [];
  fixture.events.subscribe(
    "transactionChanged",
    ({ broker, transactionalId, producerEpoch, state, reason, partitions }) => {
      const where = partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(" ");
      told.push(
        `${broker} ${transactionalId}: ${state} ${producerEpoch}, ${reason}${where === "" ? "" : `, ${where}`}`,
      );
    },
  );
  return told;
}

test("listeners hear when an id is taken, when its transaction begins, is decided and over, and when it is forgotten", async () => {
  const fixture = await TransactionFixture.start();
  const told = listen(fixture);
  const producer = await fixture.init("t");
  await fixture.add("t", producer, [1]);
  await fixture.add("t", producer, [2]);
  await fixture.end("t", producer);
  await turns();
  await fixture.clock.advance(8 * 24 * 3_600_000);
  expect(told).toEqual([
    "3 t: Empty 0, asked",
    "3 t: Ongoing 0, asked, orders-1",
    "3 t: PrepareCommit 1, asked, orders-1 orders-2",
    "3 t: CompleteCommit 1, markersWritten, orders-1 orders-2",
    "3 t: Dead 1, expired",
  ]);
});

test("they hear why a transaction is aborted that its producer did not abort", async () => {
  const fixture = await TransactionFixture.start();
  await fixture.ongoing("late", 5000);
  await fixture.ongoing("fenced");
  const told = listen(fixture);
  await fixture.init("fenced");
  await turns();
  await fixture.clock.advance(20_000);
  expect(told.filter((line) => line.includes("Prepare"))).toEqual([
    "3 fenced: PrepareAbort 1, fenced, orders-0",
    "3 late: PrepareAbort 1, timedOut, orders-0",
  ]);
});

test("what was refused is not told", async () => {
  const fixture = await TransactionFixture.start();
  const producer = await fixture.ongoing("t");
  const told = listen(fixture);
  fixture.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
  await fixture.end("t", producer);
  await fixture.add("t", producer, [7]);
  fixture.log.failWith = undefined;
  await fixture.add("t", { ...producer, producerEpoch: 9 });
  expect(told).toEqual([]);
});
