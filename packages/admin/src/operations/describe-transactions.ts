import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { DescribeTransactions, type DescribeTransactionsResponse } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";
import { byNameAndNumber } from "./partition-items.js";

/** Which transactions to describe. */
export interface DescribeTransactionsOptions extends OperationOptions {
  /** Transactional ids of producers. */
  readonly transactionalIds: readonly string[];
}

/** The transaction of a producer at one moment. */
export interface DescribedTransaction extends ItemResult {
  readonly transactionalId: string;
  /**
   * `"Empty"` (none yet), `"Ongoing"`, `"PrepareCommit"` and `"PrepareAbort"` (decided, and the partitions are being told), `"CompleteCommit"`,
   * `"CompleteAbort"`, `"PrepareEpochFence"` or `"Dead"`; empty on failure.
   */
  readonly state: string;
  /** Node id of the broker that coordinates it; -1 on failure. */
  readonly coordinator: number;
  /** Absent on failure, like all that follows. */
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  /** After how many milliseconds the coordinator aborts a transaction that was left open. */
  readonly timeoutMs?: number;
  /** When the open transaction began, in milliseconds since 1970; absent where none is open. */
  readonly startTime?: number;
  /** The partitions that the end of the transaction has still to be written to, by topic and number; empty on failure, and where none is open. */
  readonly partitions: readonly NamedPartition[];
}

/**
 * Describes the transactions of producers at their coordinators, each with a result of its own (DescribeTransactions, KIP-664); an id that no
 * producer has used is TRANSACTIONAL_ID_NOT_FOUND.
 */
export function describeTransactions(options: DescribeTransactionsOptions): Operation<readonly DescribedTransaction[]> {
  const read = new OptionReader("describeTransactions", options);
  const ids = read.list("transactionalIds", checkName, { nonEmpty: true, example: '["billing-1"]' });
  const wait = operationOptions(read);
  read.done();
  unique("describeTransactions: transactionalIds", ids);
  return { wait, run: transactionsOf(ids) };
}

/** Asks the coordinators of transactional ids for their transactions. */
export function transactionsOf(
  transactionalIds: readonly string[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DescribedTransaction[]> {
  return perform({
    api: DescribeTransactions,
    items: transactionalIds,
    route: coordinatorOf("transaction", (id: string) => id),
    repeatable: true,
    keyOf: (id) => id,
    factsOf: (transactionalId) => ({ transactionalId }),
    question: (ids) => ({ transactionalIds: ids }),
    answers: ({ transactionStates }) => transactionStates.map((answer) => [answer.transactionalId, answer] as const),
    succeeded: describe,
    failed: (transactionalId, error): DescribedTransaction => ({
      ...{ transactionalId, state: "", coordinator: -1, partitions: [], error },
    }),
  });
}

type TransactionAnswer = DescribeTransactionsResponse["transactionStates"][number];

function describe(transactionalId: string, answer: TransactionAnswer, coordinator = -1): DescribedTransaction {
  const { transactionState: state, producerId, producerEpoch, transactionTimeoutMs: timeoutMs, topics } = answer;
  const startTime = Number(answer.transactionStartTimeMs);
  const partitions = topics
    .flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => ({ topic, partition })))
    .toSorted(byNameAndNumber);
  return {
    ...{ transactionalId, state, coordinator, producerId, producerEpoch, timeoutMs },
    ...(startTime < 0 ? {} : { startTime }),
    partitions,
  };
}
