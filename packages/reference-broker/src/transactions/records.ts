import { DecodeError } from "@moldau/protocol-codec";
import {
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  encodeCoordinatorKey,
  encodeVersioned,
  TransactionLogKey,
  TransactionLogValue,
} from "@moldau/protocol-codec/state";
import type { MarkedPartition } from "./marker.js";
import {
  partitionsOf,
  startOf,
  transactionStates,
  type Transaction,
  type TransactionFacts,
  type TransactionStateName,
  type TransactionVersion,
} from "./state.js";

/** What one record of `__transaction_state` says: where a transactional id stands, or, null, that it is gone. */
export interface TransactionRecord {
  readonly transactionalId: string;
  readonly transaction: Transaction | null;
}

/** Key and value of a record in the log. */
export interface TransactionLogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Writes a record as Apache Kafka 4.3 writes it: with tagged fields from `transaction.version` 1 on. */
export function encodeTransactionRecord(
  { transactionalId, transaction }: TransactionRecord,
  level: TransactionVersion,
): TransactionLogEntry {
  return {
    key: encodeCoordinatorKey(TransactionLogKey, { transactionalId }),
    value: transaction === null ? null : encodeTransaction(transaction, level),
  };
}

/**
 * Reads a record. Undefined: one whose key or value is of a kind that a later Kafka wrote, which is passed over. Throws a DecodeError when it
 * is of a known kind and cannot be read.
 */
export function decodeTransactionRecord({
  key,
  value,
}: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}): TransactionRecord | undefined {
  if (key === null) throw new DecodeError("a record of __transaction_state without a key");
  if (coordinatorRecordType(key) !== TransactionLogKey.recordType) return undefined;
  const { transactionalId } = decodeCoordinatorKey(TransactionLogKey, key);
  if (value === null) return { transactionalId, transaction: null };
  if (value.length >= 2 && value.readInt16BE(0) > TransactionLogValue.versions.max) return undefined;
  return { transactionalId, transaction: decodeTransaction(transactionalId, value) };
}

function encodeTransaction(transaction: Transaction, level: TransactionVersion): Buffer {
  const tagged = {
    previousProducerId: transaction.previousProducerId,
    nextProducerId: "nextProducerId" in transaction ? transaction.nextProducerId : -1n,
    clientTransactionVersion: transaction.clientTransactionVersion,
  };
  return encodeVersioned(TransactionLogValue, level === 0 ? 0 : 1, {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: transactionStates[transaction.state],
    transactionPartitions: transaction.state === "Empty" ? null : byTopic(partitionsOf(transaction)),
    transactionLastUpdateTimestampMs: BigInt(transaction.lastUpdateMs),
    transactionStartTimestampMs: BigInt(startOf(transaction)),
    ...(level === 0 ? {} : tagged),
  });
}

/** Partitions by their topics, both in the order in which they came. */
export function byTopic(
  partitions: readonly MarkedPartition[],
): { readonly topic: string; readonly partitionIds: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  return [...topics].map(([topic, partitionIds]) => ({ topic, partitionIds }));
}

function decodeTransaction(transactionalId: string, bytes: Buffer): Transaction {
  const { value } = decodeVersioned(TransactionLogValue, bytes);
  const facts: TransactionFacts = {
    producerId: value.producerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: -1,
    previousProducerId: value.previousProducerId,
    timeoutMs: value.transactionTimeoutMs,
    lastUpdateMs: Number(value.transactionLastUpdateTimestampMs),
    clientTransactionVersion: versionOf(transactionalId, value.clientTransactionVersion),
  };
  const startMs = Number(value.transactionStartTimestampMs);
  const state = stateOf(value.transactionStatus);
  switch (state) {
    case "Empty":
      return { ...facts, state };
    case "Ongoing":
      return { ...facts, state, startMs, partitions: partitionsIn(transactionalId, value) };
    case "PrepareCommit":
    case "PrepareAbort": {
      const { nextProducerId } = value;
      return { ...facts, state, startMs, partitions: partitionsIn(transactionalId, value), nextProducerId };
    }
    case "CompleteCommit":
    case "CompleteAbort":
      return { ...facts, state, startMs };
    default:
      throw corrupt(transactionalId, `status ${value.transactionStatus}, which no transaction rests in`);
  }
}

function partitionsIn(
  transactionalId: string,
  { transactionPartitions }: TransactionLogValue,
): readonly MarkedPartition[] {
  if (transactionPartitions === null) throw corrupt(transactionalId, "no partitions");
  return transactionPartitions.flatMap(({ topic, partitionIds }) =>
    partitionIds.map((partition) => ({ topic, partition })),
  );
}

function stateOf(status: number): TransactionStateName | undefined {
  return stateNames.find((name) => transactionStates[name] === status);
}

/** The names of all states, in the order of their numbers. */
export const stateNames: readonly TransactionStateName[] = [
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
  "Dead",
  "PrepareEpochFence",
];

function versionOf(transactionalId: string, version: number): TransactionVersion {
  if (version !== 0 && version !== 1 && version !== 2)
    throw corrupt(transactionalId, `version ${version} of the transaction protocol`);
  return version;
}

function corrupt(transactionalId: string, what: string): DecodeError {
  return new DecodeError(`the record of transactional id ${JSON.stringify(transactionalId)} says ${what}`);
}
