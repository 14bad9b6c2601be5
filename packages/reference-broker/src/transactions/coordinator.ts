import { ErrorCode, type EndTxnRequest, type InitProducerIdRequest } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { BrokerEvents } from "../events.js";
import { transactionsTopic } from "../cluster/internal-topics.js";
import { CoordinatorError, errorCodeOf } from "../coordination/coordinator-error.js";
import type { CoordinatorLog } from "../coordination/coordinator-log.js";
import { ShardTable } from "../coordination/shard-table.js";
import { verify } from "./add.js";
import { completed } from "./end.js";
import {
  describeTransaction,
  listTransactions,
  transactionFailure,
  type TransactionDescription,
  type TransactionFilter,
  type TransactionListing,
} from "./listing.js";
import type { MarkedPartition, MarkerSender } from "./marker.js";
import { transactionSettings, type TransactionConfig, type TransactionSettings } from "./settings.js";
import type { ProducerIdentity, Transaction, TransactionVersion } from "./state.js";
import { TransactionShard } from "./transaction-shard.js";
import { transactionTidings } from "./transaction-tidings.js";

/** What a transaction coordinator is made of. */
export interface TransactionCoordinatorOptions {
  readonly nodeId: number;
  readonly config: TransactionConfig;
  /** Whom to ask how many partitions `__transaction_state` has. */
  readonly cluster: {
    topic(name: string): { readonly partitions: { readonly length: number } } | undefined;
  };
  readonly clock: Clock;
  /** Gives producer ids out. */
  readonly producerIds: { next(): Promise<bigint> };
  /** Brings the outcomes to the partitions. */
  readonly markers: MarkerSender;
  /** The finalised level of `transaction.version`. */
  readonly transactionVersion: () => TransactionVersion;
  /** Whom to tell what happens to transactions. Default: nobody. */
  readonly events?: BrokerEvents | undefined;
  /** Hears of failures that no request waits for: a log that cannot be replayed, a time-out that could not be written. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What InitProducerId and EndTxn are answered with: an error and no identity (-1n and -1), or an identity. */
export interface ProducerAnswer extends ProducerIdentity {
  readonly errorCode: number;
}

/** Partitions that a producer wants in its transaction, or wants to be sure of. */
export interface PartitionsRequest extends ProducerIdentity {
  readonly transactionalId: string;
  readonly partitions: readonly MarkedPartition[];
}

/**
 * The transaction coordinator of one broker.
 *
 * The broker tells it which partitions of `__transaction_state` it leads (`onLeader`, `onLeaderLost`); each is a {@link TransactionShard},
 * replayed when it is gained and dropped when it is lost. A transactional id belongs to the partition that it hashes to. Every method
 * answers with Kafka's errors as the newest version of each API has them; handlers turn them into those of older versions.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #settings: TransactionSettings;
  readonly #shards: ShardTable<TransactionShard>;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const { clock, cluster, producerIds, markers, transactionVersion: level } = options;
    const settings = transactionSettings(options.config);
    this.#settings = settings;
    const told = transactionTidings(options.nodeId, options.events);
    const onError = (error: unknown): void => options.onError?.(error);
    this.#shards = new ShardTable({
      partitions: () => cluster.topic(transactionsTopic)?.partitions.length ?? settings.topicPartitions,
      open: (log, { partition, leaderEpoch }) =>
        new TransactionShard({
          name: `${transactionsTopic}-${partition}`,
          log,
          leaderEpoch,
          clock,
          settings,
          producerIds,
          markers,
          level,
          told,
          onError,
        }),
    });
  }

  /** The partition of `__transaction_state` that a transactional id belongs to. */
  partitionOf(transactionalId: string): number {
    return this.#shards.partitionOf(transactionalId);
  }

  /** This broker now leads a partition of `__transaction_state`: replays its log, then serves its ids. Resolves when it does. */
  onLeader(partition: number, log: CoordinatorLog, leaderEpoch: number): Promise<void> {
    return this.#shards.onLeader(partition, log, leaderEpoch);
  }

  /** The partition is led elsewhere or gone: the shard is dropped, and whoever waits hears NOT_COORDINATOR. */
  onLeaderLost(partition: number): Promise<void> {
    return this.#shards.onLeaderLost(partition);
  }

  /** The broker stops: nothing is timed any more, and markers that are on their way are left to the next start. Idempotent. */
  close(): Promise<void> {
    return this.#shards.close();
  }

  /** InitProducerId with a transactional id. An open transaction is aborted first: until it is, the answer is CONCURRENT_TRANSACTIONS. */
  initProducer({
    transactionalId,
    transactionTimeoutMs: timeoutMs,
    producerId,
    producerEpoch,
  }: Pick<InitProducerIdRequest, "transactionTimeoutMs" | "producerId" | "producerEpoch"> & {
    readonly transactionalId: string;
  }): Promise<ProducerAnswer> {
    const expected = producerId === -1n ? undefined : { producerId, producerEpoch };
    const level = this.#options.transactionVersion();
    return answered(async () => {
      if (transactionalId === "") throw new CoordinatorError(ErrorCode.INVALID_REQUEST);
      if (timeoutMs <= 0 || timeoutMs > this.#settings.maxTimeoutMs)
        throw new CoordinatorError(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
      const transaction = await this.#shards
        .of(transactionalId)
        .pass(transactionalId, (nowMs) => ({ type: "initProducer", timeoutMs, expected, level, nowMs }));
      if (transaction?.state !== "Empty") throw new CoordinatorError(ErrorCode.CONCURRENT_TRANSACTIONS);
      return transaction;
    });
  }

  /** AddPartitionsToTxn and AddOffsetsToTxn: an error code for all partitions together. They are in the log when it is NONE. */
  async addPartitions(request: PartitionsRequest, version: TransactionVersion): Promise<number> {
    const { transactionalId, partitions, ...producer } = request;
    try {
      if (transactionalId === "") return ErrorCode.INVALID_REQUEST;
      await this.#shards
        .of(transactionalId)
        .pass(transactionalId, (nowMs) => ({ type: "addPartitions", producer, partitions, version, nowMs }));
      return ErrorCode.NONE;
    } catch (error) {
      return errorCodeOf(error);
    }
  }

  /** AddPartitionsToTxn that only asks whether the partitions belong to the producer's transaction: an error code for each (KIP-890). */
  verifyPartitions({ transactionalId, partitions, ...producer }: PartitionsRequest): readonly number[] {
    try {
      if (transactionalId === "") throw new CoordinatorError(ErrorCode.INVALID_REQUEST);
      return this.#shards.of(transactionalId).read((store) => verify(store.get(transactionalId), producer, partitions));
    } catch (error) {
      const errorCode = errorCodeOf(error);
      return partitions.map(() => errorCode);
    }
  }

  /**
   * EndTxn: answers when the decision is in the log; the markers follow. Under version 2 of the protocol the answer is the producer's
   * identity from now on, otherwise there is none.
   */
  end(request: EndTxnRequest, version: TransactionVersion): Promise<ProducerAnswer> {
    const { transactionalId, committed: isCommit, producerId, producerEpoch } = request;
    const producer = { producerId, producerEpoch };
    return answered(async () => {
      if (transactionalId === "") throw new CoordinatorError(ErrorCode.INVALID_REQUEST);
      const transaction = await this.#shards
        .of(transactionalId)
        .pass(transactionalId, (nowMs) => ({ type: "end", producer, isCommit, version, nowMs }));
      return version < 2 || transaction === undefined ? nobody : identityAfter(transaction);
    });
  }

  /** DescribeTransactions for one id: a description, or an error. */
  describe(transactionalId: string): TransactionDescription {
    try {
      if (transactionalId === "") throw new CoordinatorError(ErrorCode.INVALID_REQUEST);
      return this.#shards
        .of(transactionalId)
        .read((store) => describeTransaction(transactionalId, store.get(transactionalId)));
    } catch (error) {
      return transactionFailure(transactionalId, errorCodeOf(error));
    }
  }

  /**
   * ListTransactions: those that this broker coordinates. Throws a CoordinatorError: COORDINATOR_LOAD_IN_PROGRESS while a shard is loading,
   * since the list would lack its transactions; INVALID_REGULAR_EXPRESSION when the pattern is none.
   */
  list(filter: TransactionFilter): readonly TransactionListing[] {
    const shards = this.#shards.all().filter(({ isFailed }) => !isFailed);
    return listTransactions(
      shards.flatMap((shard) => shard.read((store) => [...store.all()])),
      filter,
      this.#options.clock.now(),
    );
  }

  /** Where a transactional id stands, for tests and tools; undefined when nobody uses it. Throws a CoordinatorError when it is not served here. */
  inspect(transactionalId: string): Transaction | undefined {
    return this.#shards.of(transactionalId).read((store) => store.get(transactionalId));
  }
}

const nobody: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

/** Who the producer is as soon as the markers are written. */
function identityAfter(transaction: Transaction): ProducerIdentity {
  const isDecided = transaction.state === "PrepareCommit" || transaction.state === "PrepareAbort";
  return isDecided ? completed(transaction, transaction.lastUpdateMs) : transaction;
}

async function answered(ask: () => Promise<ProducerIdentity>): Promise<ProducerAnswer> {
  try {
    const { producerId, producerEpoch } = await ask();
    return { errorCode: ErrorCode.NONE, producerId, producerEpoch };
  } catch (error) {
    return { errorCode: errorCodeOf(error), ...nobody };
  }
}
