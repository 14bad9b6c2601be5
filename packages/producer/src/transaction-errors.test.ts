import { errorDescriptions, KafkaError } from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import { describe, expect, it } from "vitest";
import type { FakeRequest } from "../test-support/fake-connection.js";
import type { Fate } from "../test-support/model-coordinator.js";
import { TransactionalBench } from "../test-support/transactional-bench.js";
import { TransactionError } from "./index.js";
import { ruleOf, type TransactionalApi } from "./transaction/error-rules.js";

const errors = errorDescriptions.filter(({ code }) => code !== 0);

/** The APIs that a transaction with a message and an offset needs, at each level of `transaction.version`. */
const apisAt: Readonly<Record<0 | 2, readonly TransactionalApi[]>> = {
  0: ["InitProducerId", "AddPartitionsToTxn", "Produce", "AddOffsetsToTxn", "TxnOffsetCommit", "EndTxn"],
  2: ["InitProducerId", "Produce", "TxnOffsetCommit", "EndTxn"],
};

/** Codes that mean something else than their rule where the coordinator, asked again, knows nothing of it; they have tests of their own. */
const notOnTheirOwn: ReadonlySet<string> = new Set(["PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"]);

/** A transaction of which nothing is awaited but its end. */
function transaction({ producer }: TransactionalBench, value: string): Promise<void> {
  return producer.transaction((tx) => {
    void tx.send({ topic: "orders", messages: [{ partition: 0, value }] });
    void tx.sendOffsets({ group: { groupId: "g" }, offsets: [{ topic: "orders", partition: 0, offset: 1n }] });
  });
}

function befall(bench: TransactionalBench, api: TransactionalApi, fate: Fate): void {
  if (api === "Produce" && typeof fate === "number") bench.refusals.push(fate);
  else bench.coordinator.befall(api, fate);
}

async function commits(bench: TransactionalBench, what: string): Promise<void> {
  await bench.outcome(transaction(bench, "a"));
  expect(bench.visible, what).toEqual(["a"]);
}

async function isAborted(bench: TransactionalBench, api: TransactionalApi, name: string): Promise<void> {
  const error = await bench.refusal(transaction(bench, "a"));
  // Before a transaction is open there is none that could be aborted.
  if (api !== "InitProducerId") expect(error, `${api} ${name}`).toBeInstanceOf(TransactionError);
  const code = api === "EndTxn" && name === "INVALID_TXN_STATE" ? "CLIENT_TRANSACTION_EXPIRED" : name;
  expect(error, `${api} ${name}`).toMatchObject({ code });
  await bench.outcome(transaction(bench, "b"));
  expect(bench.visible, `${api} ${name}`).toEqual(["b"]);
}

async function isTheEnd(bench: TransactionalBench, name: string): Promise<void> {
  const error = await bench.refusal(transaction(bench, "a"));
  expect(error).toBeInstanceOf(KafkaError);
  expect(error, name).toMatchObject({ code: name });
  expect(error).not.toBeInstanceOf(TransactionError);
  expect(await bench.refusal(transaction(bench, "b"))).toBe(error);
  expect(await bench.refusal(bench.producer.fence())).toBe(error);
  expect(bench.visible).toEqual([]);
}

describe.each([0, 2] as const)("at level %i of transaction.version", (level) => {
  describe.each(apisAt[level])("an error of %s", (api) => {
    // A duplicate is a success, and what is too large is split; neither is an error of a transaction.
    const concerned = errors.filter(({ name }) => !notOnTheirOwn.has(name) && name !== "DUPLICATE_SEQUENCE_NUMBER");
    const ruled = (action: string) => concerned.filter(({ code }) => ruleOf(api, code).action === action);

    it("that passes is waited for, and the transaction is committed", async () => {
      for (const { code, name } of ruled("repeat")) {
        const bench = new TransactionalBench(level);
        befall(bench, api, code);
        await commits(bench, name);
        await bench.producer.close();
      }
      expect(ruled("repeat").length).toBeGreaterThan(10);
    });

    it("that forbids the commit aborts the transaction, says why, and the next one is committed", async () => {
      for (const { code, name } of ruled("abort")) {
        const bench = new TransactionalBench(level);
        befall(bench, api, code);
        await isAborted(bench, api, name);
        await bench.producer.close();
      }
      expect(ruled("abort").length).toBeGreaterThan(0);
    });

    it("that nothing helps against is the end of the producer: every call fails by the same", async () => {
      for (const { code, name } of ruled("stop")) {
        const bench = new TransactionalBench(level);
        befall(bench, api, code);
        await isTheEnd(bench, name);
        await bench.producer.close();
      }
      expect(ruled("stop").length).toBeGreaterThan(2);
    });
  });

  it.each(apisAt[level].filter((api) => api !== "Produce"))(
    "a connection that ends around %s changes nothing",
    async (api) => {
      for (const fate of ["lost before", "lost after"] as const) {
        const bench = new TransactionalBench(level);
        for (const value of ["a", "b", "c"]) {
          befall(bench, api, fate);
          await bench.outcome(transaction(bench, value));
        }
        expect(bench.visible).toEqual(["a", "b", "c"]);
        expect(bench.coordinator.ends.every((end) => end.startsWith("commit"))).toBe(true);
        await bench.producer.close();
      }
    },
  );

  it("after a request to the coordinator got no answer, the next transaction has another epoch", async () => {
    const bench = new TransactionalBench(level);
    bench.coordinator.befall("EndTxn", "lost after");
    await bench.outcome(transaction(bench, "a"));
    await bench.outcome(transaction(bench, "b"));
    expect(bench.coordinator.ends).toEqual(["commit 7/0", "commit 7/1"]);
    await bench.producer.close();
  });
});

describe("a broker without transactions", () => {
  it("is named as such", async () => {
    const bench = new TransactionalBench(0);
    bench.coordinator.unknown.add("InitProducerId");
    const error = await bench.refusal(transaction(bench, "a"));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION" });
    expect(String(error)).toContain("The broker has no transactions: ");
    expect(String(error)).toContain("Leave out transactionalId to send without them.");
    await bench.producer.close();
  });

  it("that refuses every transactional id is the end of the producer", async () => {
    const bench = new TransactionalBench(0);
    bench.coordinator.befall("InitProducerId", 53);
    await isTheEnd(bench, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
    await bench.producer.close();
  });
});

it("a batch that may still arrive after the abort finds a marker with the next epoch before it", async () => {
  const bench = new TransactionalBench(0);
  const markers: number[] = [];
  bench.coordinator.ended = (_committed, _producerId, epoch) => void markers.push(epoch);
  const held: FakeRequest[] = [];
  bench.cluster.onRequest = (request) => void held.push(request);
  const call = bench.producer.transaction((tx) => {
    void tx.send({ topic: "orders", messages: [{ partition: 0, value: "a" }], timeoutMs: 500 });
  });
  const refusal = bench.refusal(call);
  while (held.length === 0) await turns();
  await bench.cluster.clock.advance(500);
  // The abort waits for the request: while its connection lives, the batch may come behind the marker.
  expect(bench.coordinator.ends).toEqual([]);
  await held[0]?.disconnect();
  expect(await refusal).toMatchObject({ code: "CLIENT_DELIVERY_TIMEOUT", outcome: "aborted" });
  expect([bench.coordinator.ends, markers]).toEqual([["abort 7/0"], [1]]);
  expect(bench.coordinator.calls.at(-1)).toBe("InitProducerId5 7/1");
  bench.cluster.onRequest = (request) => void request.succeed();
  await bench.outcome(bench.send("b"));
  expect(bench.coordinator.ends.at(-1)).toBe("commit 7/2");
  await bench.producer.close();
});

it("numbers that a batch has used up are left behind with their epoch", async () => {
  const bench = new TransactionalBench(0);
  bench.refusals.push(10);
  await bench.refusal(bench.send("too large"));
  await bench.outcome(bench.send("b"));
  expect(bench.coordinator.ends).toEqual(["abort 7/0", "commit 7/1"]);
  expect(bench.produced.at(-1)?.partitions).toMatchObject([{ producerEpoch: 1, baseSequence: 0 }]);
  await bench.producer.close();
});

it("an abort waits for no attempt that has not begun yet", async () => {
  const bench = new TransactionalBench(0);
  bench.coordinator.befall("AddPartitionsToTxn", ...Array.from({ length: 50 }, () => 14));
  const tx = await bench.outcome(bench.producer.beginTransaction());
  void tx.send({ topic: "orders", messages: [{ partition: 0, value: "a" }] });
  void tx.sendOffsets({ group: { groupId: "g" }, offsets: [{ topic: "orders", partition: 0, offset: 1n }] });
  bench.coordinator.befall("TxnOffsetCommit", ...Array.from({ length: 50 }, () => 14));
  await turns();
  const before = bench.cluster.clock.monotonic();
  await bench.outcome(tx.abort());
  expect(bench.cluster.clock.monotonic() - before).toBeLessThan(200);
  await bench.producer.close();
});
