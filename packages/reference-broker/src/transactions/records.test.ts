import { describe, expect, test } from "vitest";
import { decodeTransactionRecord, encodeTransactionRecord } from "./records.js";
import type { Transaction, TransactionVersion } from "./state.js";

const facts = {
  producerId: 1000n,
  producerEpoch: 5,
  lastProducerEpoch: -1,
  previousProducerId: 1000n,
  timeoutMs: 60_000,
  lastUpdateMs: 1_700_000_000_123,
  clientTransactionVersion: 0,
} as const;
const startMs = 1_700_000_000_001;
const partitions = [{ topic: "orders", partition: 3 }];

const empty: Transaction = { ...facts, state: "Empty" };
const ongoing: Transaction = { ...facts, state: "Ongoing", startMs, partitions };
const rotating: Transaction = {
  ...facts,
  state: "PrepareCommit",
  producerEpoch: 32_767,
  startMs,
  partitions,
  nextProducerId: 2000n,
  clientTransactionVersion: 2,
};
const nothing: Transaction = {
  ...facts,
  state: "PrepareAbort",
  startMs,
  partitions: [],
  nextProducerId: -1n,
  clientTransactionVersion: 2,
};
const rotated: Transaction = {
  ...facts,
  state: "CompleteCommit",
  producerId: 2000n,
  producerEpoch: 0,
  startMs,
  clientTransactionVersion: 2,
};
const aborted: Transaction = { ...facts, state: "CompleteAbort", previousProducerId: 999n, startMs };

/** What `TransactionLog.valueToBytes` of Apache Kafka 4.3.1 made of the same, under a `transaction.version`. */
const values: readonly (readonly [Transaction, TransactionVersion, string])[] = [
  [empty, 0, "000000000000000003e800050000ea6000ffffffff0000018bcfe5687bffffffffffffffff"],
  [empty, 1, "000100000000000003e800050000ea6000000000018bcfe5687bffffffffffffffff01000800000000000003e8"],
  [
    ongoing,
    0,
    "000000000000000003e800050000ea60010000000100066f726465727300000001000000030000018bcfe5687b0000018bcfe56801",
  ],
  [
    ongoing,
    2,
    "000100000000000003e800050000ea600102076f72646572730200000003000000018bcfe5687b0000018bcfe5680101000800000000000003e8",
  ],
  [
    rotating,
    2,
    "000100000000000003e87fff0000ea600202076f72646572730200000003000000018bcfe5687b0000018bcfe5680103000800000000000003e8010800000000000007d002020002",
  ],
  [nothing, 1, "000100000000000003e800050000ea6003010000018bcfe5687b0000018bcfe5680102000800000000000003e802020002"],
  [rotated, 2, "000100000000000007d000000000ea6004010000018bcfe5687b0000018bcfe5680102000800000000000003e802020002"],
  [aborted, 0, "000000000000000003e800050000ea6005000000000000018bcfe5687b0000018bcfe56801"],
  [aborted, 1, "000100000000000003e800050000ea6005010000018bcfe5687b0000018bcfe5680101000800000000000003e7"],
];

const transactionalId = "billing-1";
const key = Buffer.from("0000000962696c6c696e672d31", "hex");

describe("a record of a transaction", () => {
  test.each(values.map(([transaction, level, value]) => ({ state: transaction.state, level, transaction, value })))(
    "$state under version $level is, byte by byte, Apache Kafka's",
    ({ transaction, level, value }) => {
      const entry = encodeTransactionRecord({ transactionalId, transaction }, level);
      expect({ key: entry.key.toString("hex"), value: entry.value?.toString("hex") }).toEqual({
        key: key.toString("hex"),
        value,
      });
      // The first version of the records does not know the id before.
      const kept = level === 0 ? { ...transaction, previousProducerId: -1n } : transaction;
      expect(decodeTransactionRecord(entry)).toEqual({ transactionalId, transaction: kept });
    },
  );

  test("without a value says that the id is gone", () => {
    expect(encodeTransactionRecord({ transactionalId, transaction: null }, 2)).toEqual({ key, value: null });
    expect(decodeTransactionRecord({ key, value: null })).toEqual({ transactionalId, transaction: null });
  });

  test("of a kind or a version that is not known yet is none", () => {
    expect(decodeTransactionRecord({ key: Buffer.from([0, 5]), value: null })).toBeUndefined();
    expect(decodeTransactionRecord({ key, value: Buffer.from([0, 2, 1]) })).toBeUndefined();
  });

  test.each([
    [
      "a state that no log holds",
      "000000000000000003e800050000ea6006000000000000018bcfe5687b0000018bcfe56801",
      /status 6/,
    ],
    [
      "a state that there is not",
      "000000000000000003e800050000ea6009000000000000018bcfe5687b0000018bcfe56801",
      /status 9/,
    ],
    [
      "a transaction without partitions",
      "000000000000000003e800050000ea6001ffffffff0000018bcfe5687b0000018bcfe56801",
      /no partitions/,
    ],
    [
      "a version that there is not",
      "000100000000000007d000000000ea6004010000018bcfe5687b0000018bcfe568010102020009",
      /version 9/,
    ],
    ["an end too soon", "0000000000000000", /producerId/],
  ])("with %s is refused with the id, or the field", (_, value, reason) => {
    expect(() => decodeTransactionRecord({ key, value: Buffer.from(value, "hex") })).toThrow(reason);
  });

  test("without a key is refused", () => {
    expect(() => decodeTransactionRecord({ key: null, value: null })).toThrow(/without a key/);
  });
});
