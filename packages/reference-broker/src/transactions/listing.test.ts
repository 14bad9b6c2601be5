import { ErrorCode } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { beforeAll, describe, expect, test } from "vitest";
import { TransactionFixture } from "../../testing/transaction-fixture.js";
import { unknownStates, type TransactionFilter } from "./listing.js";

const everything: TransactionFilter = {
  stateFilters: [],
  producerIdFilters: [],
  durationFilter: -1n,
  transactionalIdPattern: null,
};

describe("a list of transactions", () => {
  let fixture: TransactionFixture;

  beforeAll(async () => {
    fixture = await TransactionFixture.start();
    await fixture.init("empty");
    await fixture.ongoing("ongoing-old");
    await fixture.clock.advance(5000);
    await fixture.ongoing("ongoing-new");
    await fixture.end("over", await fixture.ongoing("over"), false);
    await turns();
  });

  const listed = (filter: Partial<TransactionFilter>): readonly string[] =>
    fixture.coordinator.list({ ...everything, ...filter }).map(({ transactionalId }) => transactionalId);

  test("tells all of them, with their producers", () => {
    expect(fixture.coordinator.list(everything)).toEqual([
      { transactionalId: "empty", producerId: 1000n, transactionState: "Empty" },
      { transactionalId: "ongoing-old", producerId: 1001n, transactionState: "Ongoing" },
      { transactionalId: "ongoing-new", producerId: 1002n, transactionState: "Ongoing" },
      { transactionalId: "over", producerId: 1003n, transactionState: "CompleteAbort" },
    ]);
  });

  test("can be of some states, of some producers, of a pattern, and of all at once", () => {
    expect(listed({ stateFilters: ["Ongoing", "CompleteCommit"] })).toEqual(["ongoing-old", "ongoing-new"]);
    expect(listed({ producerIdFilters: [1003n, 1000n] })).toEqual(["empty", "over"]);
    expect(listed({ transactionalIdPattern: "ongoing-(old|young)" })).toEqual(["ongoing-old"]);
    expect(listed({ transactionalIdPattern: "ongoing" })).toEqual([]);
    expect(listed({ transactionalIdPattern: "" })).toHaveLength(4);
    expect(listed({ stateFilters: ["Ongoing"], producerIdFilters: [1000n, 1002n] })).toEqual(["ongoing-new"]);
  });

  test("can be of those that began longer ago, among which those that never began count", () => {
    expect(listed({ durationFilter: 4999n })).toEqual(["empty", "ongoing-old"]);
    expect(listed({ durationFilter: 5000n })).toEqual(["empty"]);
    expect(listed({ durationFilter: 0n })).toEqual(["empty", "ongoing-old"]);
  });

  test("knows states by the names that Kafka writes, and hands others back once", () => {
    expect(listed({ stateFilters: ["ongoing"] })).toEqual([]);
    expect(unknownStates(["ongoing", "Dead", "PrepareEpochFence", "ongoing"])).toEqual(["ongoing"]);
  });

  test("is refused for a pattern that is none", () => {
    expect(() => listed({ transactionalIdPattern: "(" })).toThrow(
      expect.objectContaining({ errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION }),
    );
  });

  test("is refused while there may be more of them than are known", async () => {
    const next = await TransactionFixture.start();
    next.log.gate = new Promise(() => undefined);
    next.log.appendRaw(Buffer.from([0, 0, 0, 1, 116]), null);
    await next.coordinator.onLeaderLost(0);
    void next.coordinator.onLeader(0, next.log, 8);
    expect(() => next.coordinator.list(everything)).toThrow(
      expect.objectContaining({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }),
    );
  });

  test("is of what one asks for by name, too", () => {
    expect(fixture.coordinator.describe("ongoing-new")).toMatchObject({
      errorCode: ErrorCode.NONE,
      transactionState: "Ongoing",
      transactionTimeoutMs: 60_000,
      producerId: 1002n,
      topics: [{ topic: "orders", partitions: [0] }],
    });
    expect(fixture.coordinator.describe("nobody").errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    expect(fixture.coordinator.describe("").errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});
