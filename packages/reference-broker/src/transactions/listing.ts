import { ErrorCode } from "@moldau/protocol-codec";
import { compilePattern } from "@moldau/protocol-codec/internal";
import { CoordinatorError } from "../coordination/coordinator-error.js";
import { byTopic, stateNames } from "./records.js";
import { partitionsOf, startOf, type Transaction } from "./state.js";

/** A transaction as DescribeTransactions shows it. */
export interface TransactionDescription {
  readonly errorCode: number;
  readonly transactionalId: string;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: number[] }[];
}

/** A transaction as ListTransactions shows it. */
export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly transactionState: string;
}

/** What of a list of transactions is wanted. */
export interface TransactionFilter {
  /** Names of states, upper and lower case as Kafka writes them; empty: all. */
  readonly stateFilters: readonly string[];
  /** Empty: all. */
  readonly producerIdFilters: readonly bigint[];
  /** Only those that began more than so many milliseconds ago; negative: all. */
  readonly durationFilter: bigint;
  /** What the whole id has to look like, in RE2's language; null or empty: any. */
  readonly transactionalIdPattern: string | null;
}

/** Describes a transaction; TRANSACTIONAL_ID_NOT_FOUND for an id that nobody uses. */
export function describeTransaction(
  transactionalId: string,
  transaction: Transaction | undefined,
): TransactionDescription {
  if (transaction === undefined) return transactionFailure(transactionalId, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
  const topics = byTopic(partitionsOf(transaction));
  return {
    errorCode: ErrorCode.NONE,
    transactionalId,
    transactionState: transaction.state,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: BigInt(startOf(transaction)),
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: topics.map(({ topic, partitionIds }) => ({ topic, partitions: partitionIds })),
  };
}

/** A description that says nothing but what is wrong. */
export function transactionFailure(transactionalId: string, errorCode: number): TransactionDescription {
  return {
    errorCode,
    transactionalId,
    transactionState: "",
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0n,
    producerId: 0n,
    producerEpoch: 0,
    topics: [],
  };
}

/** The transactions that a filter wants. Throws a CoordinatorError INVALID_REGULAR_EXPRESSION when its pattern is none. */
export function listTransactions(
  transactions: readonly (readonly [string, Transaction])[],
  filter: TransactionFilter,
  nowMs: number,
): readonly TransactionListing[] {
  const { stateFilters, producerIdFilters, durationFilter } = filter;
  const matches = matcherOf(filter.transactionalIdPattern);
  const isWanted = ([transactionalId, transaction]: readonly [string, Transaction]): boolean =>
    (producerIdFilters.length === 0 || producerIdFilters.includes(transaction.producerId)) &&
    (stateFilters.length === 0 || stateFilters.includes(transaction.state)) &&
    (durationFilter < 0n || BigInt(nowMs - startOf(transaction)) > durationFilter) &&
    matches(transactionalId);
  return transactions.filter(isWanted).map(([transactionalId, { producerId, state }]) => ({
    transactionalId,
    producerId,
    transactionState: state,
  }));
}

/** Those of the names that no state has. */
export function unknownStates(names: readonly string[]): readonly string[] {
  const known = new Set<string>(stateNames);
  return [...new Set(names)].filter((name) => !known.has(name));
}

function matcherOf(pattern: string | null): (transactionalId: string) => boolean {
  if (pattern === null || pattern === "") return () => true;
  const matches = compilePattern(pattern);
  if (matches === undefined) throw new CoordinatorError(ErrorCode.INVALID_REGULAR_EXPRESSION);
  return matches;
}
