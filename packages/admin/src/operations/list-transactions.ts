import { invalidArgument, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import {
  ErrorCode,
  ListTransactions,
  type ListTransactionsResponse,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import { operationOptions, tooOld } from "./arguments.js";
import { askEveryBroker, type FailedBroker } from "./every-broker.js";
import type { Operation } from "./operation.js";
import { checkProducerId } from "./producer-ids.js";

/** Where a transaction stands, by Kafka's name. */
export type TransactionState =
  | "Empty"
  | "Ongoing"
  | "PrepareCommit"
  | "PrepareAbort"
  | "CompleteCommit"
  | "CompleteAbort"
  | "PrepareEpochFence"
  | "Dead";

const transactionStates: readonly TransactionState[] = [
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
  "PrepareEpochFence",
  "Dead",
];

/** Which transactions to list. */
export interface ListTransactionsOptions extends OperationOptions {
  /** Only those in one of these states, such as `"Ongoing"`. Default: all. */
  readonly states?: readonly TransactionState[];
  /** Only those of one of these producers. Default: all. */
  readonly producerIds?: readonly bigint[];
  /**
   * Only transactions that are open and began more than so many milliseconds ago: their state is `"Ongoing"`, `"PrepareCommit"` or
   * `"PrepareAbort"`. Needs brokers of 3.8. Default: all, open or not.
   */
  readonly openForMs?: number;
  /** Only transactional ids that match this expression as a whole, in the syntax of RE2/J; needs brokers of 4.1. Default: all. */
  readonly pattern?: string;
}

/** A transactional id in the list. */
export interface ListedTransaction {
  readonly transactionalId: string;
  readonly producerId: bigint;
  /** As in a description of the transaction. */
  readonly state: string;
  /** Node id of the broker that coordinates it. */
  readonly coordinator: number;
}

/** The transactional ids of a cluster at one moment. */
export interface TransactionListing {
  /** By id. */
  readonly transactions: readonly ListedTransaction[];
  /** The brokers whose transactions are missing in the list; empty when it is complete. */
  readonly failed: readonly FailedBroker[];
}

/** Lists the transactional ids of every broker of the cluster (ListTransactions, KIP-664); those of a broker that fails are missing, and the broker is named. */
export function listTransactions(options: ListTransactionsOptions): Operation<TransactionListing> {
  const read = new OptionReader("listTransactions", options);
  const states = read.list("states", checkState, { default: null });
  const producerIdFilters = read.list("producerIds", checkProducerId, { default: [] });
  const openForMs = read.integer("openForMs", { min: 0, default: null });
  const transactionalIdPattern = read.text("pattern", { default: null });
  const wait = operationOptions(read);
  read.done();
  const filters = {
    ...{ producerIdFilters, transactionalIdPattern },
    stateFilters: openForMs === null ? (states ?? []) : openAmong(states),
    durationFilter: openForMs === null ? anyDuration : BigInt(openForMs),
  };
  return { wait, run: (cluster, wait) => listedTransactions(filters, cluster, wait) };
}

/** Brokers count the time since a beginning also where the transaction is over, or none has begun yet: what is open they have to be told. */
function openAmong(states: readonly TransactionState[] | null): readonly TransactionState[] {
  const open = openStates.filter((state) => states?.includes(state) ?? true);
  if (states === null || open.length === states.length) return open;
  const names = openStates.map((state) => `"${state}"`).join(", ");
  throw invalidArgument(`listTransactions: with openForMs, states may name ${names} only: transactions that are open.`);
}

const openStates = ["Ongoing", "PrepareCommit", "PrepareAbort"] as const satisfies readonly TransactionState[];

/** What stands in a request for transactions that have been open for however long. */
const anyDuration = -1n;

/** The filters of a request, as the newest version has them. */
type Filters = RequestInputOf<typeof ListTransactions>;

/** Asks every broker for its transactions. @throws {KafkaError} INVALID_REGULAR_EXPRESSION, which concerns the list as a whole. */
export async function listedTransactions(
  filters: Filters,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<TransactionListing> {
  const { parts, failed } = await askEveryBroker(
    {
      api: ListTransactions,
      question: (version) => question(filters, version),
      errorCodeOf: ({ errorCode }) => errorCode,
      partsOf: idsOf,
    },
    cluster,
    wait,
  );
  const misunderstood = failed.find(({ error }) => error.errorCode === ErrorCode.INVALID_REGULAR_EXPRESSION);
  if (misunderstood !== undefined) throw misunderstood.error;
  const byId = (left: ListedTransaction, right: ListedTransaction): number =>
    left.transactionalId < right.transactionalId ? -1 : 1;
  return { transactions: parts.toSorted(byId), failed };
}

/** A filter that the broker's version has no place for is not left out: the list would hold more than was asked for. */
function question(filters: Filters, version: number): Filters {
  const { durationFilter = anyDuration, transactionalIdPattern = null } = filters;
  if (version < 1 && durationFilter !== anyDuration) throw tooOld(ListTransactions, "openForMs", "3.8");
  if (version < 2 && transactionalIdPattern !== null) throw tooOld(ListTransactions, "pattern", "4.1");
  return filters;
}

function idsOf(
  { transactionStates: answers }: ListTransactionsResponse,
  coordinator: number,
): readonly ListedTransaction[] {
  return answers.map(({ transactionalId, producerId, transactionState: state }) =>
    withJson({ transactionalId, producerId, state, coordinator }),
  );
}

function checkState(value: unknown, path: string): TransactionState {
  const found = transactionStates.find((state) => state === value);
  if (found !== undefined) return found;
  throw invalidArgument(`${path} must be one of ${transactionStates.map((state) => `"${state}"`).join(", ")}.`);
}
