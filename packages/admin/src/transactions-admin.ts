import { AdminLife, runIn } from "./admin-life.js";
import {
  abortTransaction,
  type AbortedTransaction,
  type AbortTransactionOptions,
} from "./operations/abort-transaction.js";
import {
  describeProducers,
  type DescribeProducersOptions,
  type PartitionProducers,
} from "./operations/describe-producers.js";
import {
  describeTransactions,
  type DescribedTransaction,
  type DescribeTransactionsOptions,
} from "./operations/describe-transactions.js";
import { fenceProducers, type FencedProducer, type FenceProducersOptions } from "./operations/fence-producers.js";
import {
  findHangingTransactions,
  type FindHangingTransactionsOptions,
  type HangingTransactions,
} from "./operations/find-hanging-transactions.js";
import {
  listTransactions,
  type ListTransactionsOptions,
  type TransactionListing,
} from "./operations/list-transactions.js";

/** Looks into the transactions of a cluster, and ends those that nobody else ends: the operations of an admin that are about them. */
export abstract class TransactionsAdmin extends AdminLife {
  /**
   * Describes the producers that have written to partitions lately, and the transactions that are open there; at the leaders, or at one broker.
   *
   * ```ts
   * const [first] = await admin.describeProducers({ partitions: [{ topic: "orders", partition: 0 }] });
   * const open = first?.producers.filter(({ transactionStartOffset }) => transactionStartOffset !== undefined);
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 2.8.
   */
  describeProducers(options: DescribeProducersOptions): Promise<readonly PartitionProducers[]> {
    return runIn(this, () => describeProducers(options));
  }

  /**
   * Describes the transactions of producers: state, producer id and epoch, time-out, since when, and in which partitions; an id that no
   * producer has used is TRANSACTIONAL_ID_NOT_FOUND.
   *
   * ```ts
   * const [billing] = await admin.describeTransactions({ transactionalIds: ["billing-1"] });
   * console.log(billing?.state, billing?.startTime, billing?.partitions);
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 3.0.
   */
  describeTransactions(options: DescribeTransactionsOptions): Promise<readonly DescribedTransaction[]> {
    return runIn(this, () => describeTransactions(options));
  }

  /**
   * Lists the transactional ids of all brokers, open transactions or others; those of a broker that fails are missing, and it is named.
   *
   * ```ts
   * const { transactions } = await admin.listTransactions({ states: ["Ongoing"], openForMs: 60_000 });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT; INVALID_REGULAR_EXPRESSION for a pattern that is none; failures of the connection when no
   * broker answers; UNSUPPORTED_VERSION from brokers before 3.0.
   */
  listTransactions(options: ListTransactionsOptions = {}): Promise<TransactionListing> {
    return runIn(this, () => listTransactions(options));
  }

  /**
   * Fences off the producers of transactional ids: what they have open is aborted, and their next call fails with PRODUCER_FENCED. A service that
   * starts its producer again with such an id works.
   *
   * ```ts
   * const results = await admin.fenceProducers({ transactionalIds: ["billing-1"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection.
   */
  fenceProducers(options: FenceProducersOptions): Promise<readonly FencedProducer[]> {
    return runIn(this, () => fenceProducers(options));
  }

  /**
   * Finds transactions that hang: open in a partition, though no coordinator is going to end them. Readers of committed messages stand
   * before them until somebody does: {@link abortTransaction}.
   *
   * ```ts
   * const { transactions, failed } = await admin.findHangingTransactions({ topics: ["orders"] });
   * ```
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 3.0.
   */
  findHangingTransactions(options: FindHangingTransactionsOptions = {}): Promise<HangingTransactions> {
    return runIn(this, () => findHangingTransactions(options));
  }

  /**
   * Aborts transactions that hang in partitions. One that is not open there any more is INVALID_TXN_STATE, and so is one that a coordinator is
   * going to end: that is ended by waiting, or by {@link fenceProducers}.
   *
   * ```ts
   * const { transactions } = await admin.findHangingTransactions({ topics: ["orders"] });
   * if (transactions.length > 0) await admin.abortTransaction({ partitions: transactions });
   * ```
   *
   * A request that may have been carried out is not made again.
   *
   * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and failures of the connection; UNSUPPORTED_VERSION from brokers before 3.0.
   */
  abortTransaction(options: AbortTransactionOptions): Promise<readonly AbortedTransaction[]> {
    return runIn(this, () => abortTransaction(options));
  }
}
