import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  DescribeProducers,
  DescribeTransactions,
  FindCoordinator,
  InitProducerId,
  ListTransactions,
  Metadata,
  WriteTxnMarkers,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

let first: ScriptedBroker;
let second: ScriptedBroker;
let admin: Admin;

/** The first broker leads all partitions, the second coordinates all transactions. */
beforeEach(async () => {
  first = await ScriptedBroker.start();
  second = await ScriptedBroker.start();
  const ports = [first.port, second.port];
  for (const broker of [first, second]) {
    broker.on(Metadata, ({ topics }) => ({
      brokers: ports.map((port, index) => ({ nodeId: index + 1, host: "127.0.0.1", port })),
      controllerId: 1,
      topics: (topics ?? [{ name: "orders" }]).map(({ name }) => ({
        name,
        partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, leaderId: 1, leaderEpoch: 5 })),
      })),
    }));
    broker.on(FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 2, host: "127.0.0.1", port: second.port })),
    }));
    broker.on(ListTransactions, () => ({}));
  }
  admin = new Admin(newCluster([first]));
});
afterEach(async () => {
  await closeAll();
  await first.close();
  await second.close();
});

/** Lets every partition that is asked for have an open transaction of this producer, as often as it is asked. */
function openTransactions(producerId: bigint, times = Infinity): void {
  first.on(DescribeProducers, ({ topics }) => {
    const isOpen = first.seen("DescribeProducers").length <= times;
    const producer = { producerId, producerEpoch: 3, coordinatorEpoch: 7, lastTimestamp: 1000n };
    const activeProducers = [{ ...producer, currentTxnStartOffset: isOpen ? 40n : -1n }];
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, activeProducers })),
      })),
    };
  });
}

/** Lets the coordinator know the producer's transaction, with these partitions of "orders". */
function coordinated(producerId: bigint, partitions: readonly number[], errorCode = 0): void {
  second.on(ListTransactions, () => ({
    transactionStates: [{ transactionalId: "billing-1", producerId, transactionState: "Ongoing" }],
  }));
  second.on(DescribeTransactions, ({ transactionalIds }) => ({
    transactionStates: transactionalIds.map((transactionalId) => ({
      ...{ transactionalId, errorCode, producerId, transactionState: "Ongoing", transactionTimeoutMs: 60_000 },
      topics: [{ topic: "orders", partitions }],
    })),
  }));
}

describe("findHangingTransactions", () => {
  it("finds what no coordinator counts to a transaction, and leaves alone what one does", async () => {
    openTransactions(5n);
    coordinated(5n, [0]);
    expect(await admin.findHangingTransactions()).toEqual({
      transactions: [
        {
          ...{ topic: "orders", partition: 1, producerId: 5n, producerEpoch: 3, coordinatorEpoch: 7 },
          ...{ startOffset: 40n, lastTimestamp: 1000, transactionalId: "billing-1" },
        },
      ],
      failed: [],
    });
  });

  it("takes no transaction for a hanging one that has ended while it asked", async () => {
    openTransactions(5n, 1);
    coordinated(5n, []);
    expect(await admin.findHangingTransactions()).toEqual({ transactions: [], failed: [] });
  });

  it("leaves alone a producer that has written a moment ago", async () => {
    openTransactions(5n);
    expect(await admin.findHangingTransactions({ quietForMs: Date.now() })).toEqual({ transactions: [], failed: [] });
  });

  it("says of which partitions it does not know, when a coordinator cannot be asked", async () => {
    openTransactions(5n);
    second.on(ListTransactions, () => ({ errorCode: 41 }));
    const { transactions, failed } = await admin.findHangingTransactions({ topics: ["orders"] });
    expect(transactions).toEqual([]);
    expect(failed).toMatchObject([
      { topic: "orders", partition: 0, error: { code: "NOT_CONTROLLER" } },
      { topic: "orders", partition: 1, error: { code: "NOT_CONTROLLER" } },
    ]);
  });

  it("says so too when a transaction cannot be described", async () => {
    openTransactions(5n);
    coordinated(5n, [], 53);
    const { failed } = await admin.findHangingTransactions({ partitions: [{ topic: "orders", partition: 1 }] });
    expect(failed).toMatchObject([{ partition: 1, error: { code: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" } }]);
  });
});

describe("abortTransaction", () => {
  const item = (partition: number) => ({ topic: "orders", partition, producerId: 5n, producerEpoch: 3 });

  /** Answers every mark; `errorCode` says how. */
  function takesMarks(errorCode = 0): void {
    first.on(WriteTxnMarkers, ({ markers }) => ({
      markers: markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
        })),
      })),
    }));
  }
  const marks = () =>
    first.seen("WriteTxnMarkers").flatMap(({ body }) => (body as { markers: readonly object[] }).markers);

  it("writes the mark of an abort where the transaction hangs, signed by the coordinator that was seen there last", async () => {
    openTransactions(5n);
    coordinated(5n, [0]);
    takesMarks();
    const results = await admin.abortTransaction({ partitions: [item(0), item(1)] });
    expect(results.map(({ partition, error }) => [partition, error?.code])).toEqual([
      [0, "INVALID_TXN_STATE"],
      [1, undefined],
    ]);
    expect(results[0]?.error?.message).toContain("fenceProducers");
    expect(marks()).toMatchObject([
      {
        ...{ producerId: 5n, producerEpoch: 3, coordinatorEpoch: 7, transactionResult: false },
        topics: [{ name: "orders", partitionIndexes: [1] }],
      },
    ]);
  });

  it("takes what was found as it is", async () => {
    openTransactions(5n);
    takesMarks();
    const { transactions } = await admin.findHangingTransactions();
    const results = await admin.abortTransaction({ partitions: transactions });
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(marks()).toHaveLength(2);
  });

  it.each([
    ["another epoch", { producerEpoch: 2 }, "INVALID_PRODUCER_EPOCH", "of epoch 3"],
    ["another beginning", { startOffset: 39n }, "INVALID_TXN_STATE", "began at offset 40"],
    ["another producer", { producerId: 6n }, "INVALID_TXN_STATE", "no transaction of it is open"],
  ])("does not touch a transaction of %s", async (_, other, code, sentence) => {
    openTransactions(5n);
    const [result] = await admin.abortTransaction({ partitions: [{ ...item(1), ...other }] });
    expect(result?.error?.code).toBe(code);
    expect(result?.error?.message).toContain(sentence);
    expect(marks()).toEqual([]);
  });

  it("does not touch what a coordinator may know of that cannot be asked, unless it is forced to", async () => {
    openTransactions(5n);
    second.on(ListTransactions, () => ({ errorCode: 41 }));
    takesMarks();
    expect(await admin.abortTransaction({ partitions: [item(1)] })).toMatchObject([
      { error: { code: "NOT_CONTROLLER" } },
    ]);
    expect(await admin.abortTransaction({ partitions: [item(1)], force: true })).toEqual([
      { topic: "orders", partition: 1, producerId: 5n },
    ]);
    expect(marks()).toHaveLength(1);
  });

  it("does not write a second mark when the connection was lost before the answer", async () => {
    openTransactions(5n);
    first.on(WriteTxnMarkers, (_, { socket }) => {
      socket.destroy();
      return silence;
    });
    const lost = { code: "CLIENT_CONNECTION_CLOSED", written: true };
    await expect(admin.abortTransaction({ partitions: [item(1)] })).rejects.toMatchObject(lost);
    expect(marks()).toHaveLength(1);
    coordinated(5n, [0]);
    expect(await admin.abortTransaction({ partitions: [item(0), item(1)] })).toMatchObject([
      { partition: 0, error: { code: "INVALID_TXN_STATE" } },
      { partition: 1, error: lost },
    ]);
    expect(marks()).toHaveLength(2);
  });

  it("looks for the leader again when that has moved", async () => {
    openTransactions(5n);
    takesMarks();
    const script = { left: 1 };
    first.on(WriteTxnMarkers, ({ markers }) => ({
      markers: markers.map(({ producerId }) => ({
        producerId,
        topics: [{ name: "orders", partitions: [{ partitionIndex: 1, errorCode: script.left-- > 0 ? 6 : 0 }] }],
      })),
    }));
    expect((await admin.abortTransaction({ partitions: [item(1)] }))[0]?.error).toBeUndefined();
    expect(marks()).toHaveLength(2);
  });
});

describe("listTransactions", () => {
  it("names the brokers that are missing, and lists those of the others", async () => {
    coordinated(5n, []);
    first.on(ListTransactions, () => ({ errorCode: 31 }));
    expect(await admin.listTransactions()).toMatchObject({
      transactions: [{ transactionalId: "billing-1", producerId: 5n, state: "Ongoing", coordinator: 2 }],
      failed: [{ broker: 1, error: { code: "CLUSTER_AUTHORIZATION_FAILED" } }],
    });
  });

  it("asks for open transactions only where it is about how long they are open", async () => {
    await admin.listTransactions({ openForMs: 60_000, states: ["PrepareAbort"], producerIds: [5n] });
    await admin.listTransactions({ openForMs: 0 });
    expect(first.seen("ListTransactions").map(({ body }) => body)).toMatchObject([
      { stateFilters: ["PrepareAbort"], durationFilter: 60_000n, producerIdFilters: [5n] },
      { stateFilters: ["Ongoing", "PrepareCommit", "PrepareAbort"], durationFilter: 0n },
    ]);
  });

  it.each([
    [0, { openForMs: 1 }, "3.8"],
    [1, { pattern: "a.*" }, "4.1"],
  ])("leaves no filter out that version %i has no place for", async (max, options, since) => {
    for (const broker of [first, second]) broker.on(ApiVersions, () => allVersions({ ListTransactions: { max } }));
    const error = await failureOf(admin.listTransactions(options));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION" });
    expect(error.message).toContain(since);
  });
});

it("fenceProducers asks for each id by itself, again while its transaction is being ended", async () => {
  second.on(InitProducerId, ({ transactionalId }) => {
    const asked = second
      .seen("InitProducerId")
      .filter(({ body }) => (body as { transactionalId: string }).transactionalId === transactionalId);
    if (transactionalId === "busy" && asked.length < 3) return { errorCode: 51 };
    return transactionalId === "secret" ? { errorCode: 53 } : { producerId: 5n, producerEpoch: 4 };
  });
  const results = await admin.fenceProducers({ transactionalIds: ["busy", "secret", "idle"] });
  expect(
    results.map(({ transactionalId, producerEpoch, error }) => [transactionalId, producerEpoch, error?.code]),
  ).toEqual([
    ["busy", 4, undefined],
    ["secret", undefined, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"],
    ["idle", 4, undefined],
  ]);
  expect(results[1]?.error?.message).toContain('the transactional id "secret"');
  expect(second.seen("InitProducerId").map(({ body }) => body)).toHaveLength(5);
});

it.each([
  ["describeProducers", {}, "name topics"],
  ["describeProducers", { topics: ["a"], broker: -1 }, "broker"],
  ["describeTransactions", { transactionalIds: [] }, "at least one"],
  ["describeTransactions", { transactionalIds: ["a", "a"] }, '"a" twice'],
  ["listTransactions", { states: ["Open"] }, '"Ongoing"'],
  ["listTransactions", { producerIds: [5] }, "bigint"],
  ["listTransactions", { openForMs: 1, states: ["Empty"] }, "transactions that are open"],
  ["fenceProducers", {}, "transactionalIds is missing"],
  ["findHangingTransactions", { quietForMs: -1 }, "quietForMs"],
  ["abortTransaction", { partitions: [] }, "at least one"],
  ["abortTransaction", { partitions: [{ topic: "a", partition: 0, producerId: 1n }] }, "producerEpoch is missing"],
  [
    "abortTransaction",
    { partitions: [1, 2].map(() => ({ topic: "a", partition: 0, producerId: 1n, producerEpoch: 0 })) },
    "twice",
  ],
] as const)("%s refuses at the call what it does not take (%#)", async (operation, options, reason) => {
  const error = await failureOf(admin[operation](options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(first.accepted).toBe(0);
});
