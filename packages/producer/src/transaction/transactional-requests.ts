import { CoordinatorClient, type Coordinator, type GroupMetadata, type GroupOffset } from "@moldau/connection-pool";
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  EndTxn,
  ErrorCode,
  InitProducerId,
  KafkaError,
  TxnOffsetCommit,
  type Api,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";
import type { ProducerCluster, ProducerLease } from "../producer-cluster.js";
import { ruleOf, type TransactionalApi } from "./error-rules.js";
import type { OffsetsToSend } from "./offsets-to-send.js";
import { requestUntilRuled, type LoopOptions, type Reply } from "./request-loop.js";
import { underMember } from "./under-member.js";

/** What the requests are made with. */
export interface TransactionalRequestsOptions {
  readonly cluster: Pick<ProducerCluster, "clock" | "coordinator" | "forgetCoordinator" | "options">;
  readonly lease: Pick<ProducerLease, "connection">;
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** Ends everything that is under way. */
  readonly closed: AbortSignal;
  /** Hears of every failure after which another attempt is made. */
  readonly retrying: (api: TransactionalApi, error: KafkaError, delayMs: number) => void;
}

/** For how long a request is repeated. */
export interface RequestBounds {
  /** When the last attempt may begin, in monotonic milliseconds. */
  readonly deadline: number;
  /** Fires when the transaction is given up: nothing more is tried for it. */
  readonly abandoned?: AbortSignal;
}

/** A partition by topic and number. */
export interface TransactionPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The generation of the protocol: with `implied` the broker adds partitions and groups to a transaction by itself, and every end brings a new
 * epoch (`transaction.version` 2, KIP-890); with `added` the producer adds them, and the epoch stays.
 */
export type TransactionProtocol = "implied" | "added";

/** The newest versions for each {@link TransactionProtocol}. */
export const newestVersions: Readonly<
  Record<TransactionProtocol, { readonly produce: number | undefined; readonly offsets: number; readonly end: number }>
> = {
  implied: { produce: undefined, offsets: 5, end: 5 },
  added: { produce: 11, offsets: 4, end: 4 },
};

/** What the cluster calls the generation that it has agreed on. */
const feature = "transaction.version";
/** Over which connection to the coordinator all of it goes. */
const purpose = "transaction";

/** Versions of AddPartitionsToTxn above are for brokers among themselves. */
export const addPartitionsVersion = 3;
/** From this version on a request may name the identity that it follows (KIP-360). */
const formerVersion = 3;
/** From this version on offsets come with the member's place in its group (KIP-447). */
const memberVersion = 3;

/** Asks the coordinator of a transactional id, and those of groups, for what a transaction consists of; see {@link requestUntilRuled}. */
export class TransactionalRequests {
  readonly #options: TransactionalRequestsOptions;
  readonly #coordinator: CoordinatorClient;

  constructor(options: TransactionalRequestsOptions) {
    const { cluster, lease, transactionalId: key } = options;
    this.#options = options;
    this.#coordinator = new CoordinatorClient({ cluster, lease, type: "transaction", key });
  }

  /** The generation of the protocol, as {@link protocol} gives it, while a connection to the coordinator is open: it stands there. */
  get knownProtocol(): TransactionProtocol | undefined {
    const level = this.#coordinator.knownFeatureLevel(feature, purpose);
    return level === undefined ? undefined : protocolOf(level);
  }

  /** The generation of the protocol that the cluster has agreed on. */
  protocol(deadline: number): Promise<Reply<TransactionProtocol>> {
    return this.#ask("FindCoordinator", { deadline }, async (waiting) =>
      protocolOf(await this.#coordinator.featureLevel(feature, waiting)),
    );
  }

  /** Gets the identity that follows `former`, or the next one of the transactional id: every older instance is fenced by it. */
  initialize(former: ProducerIdentity | undefined, deadline: number): Promise<Reply<ProducerIdentity>> {
    const { transactionalId, transactionTimeoutMs } = this.#options;
    return this.#ask("InitProducerId", { deadline }, async (waiting) => {
      const body = (version: number): RequestInputOf<typeof InitProducerId> => {
        if (former !== undefined && version < formerVersion) throw cannotFollow(version);
        return { transactionalId, transactionTimeoutMs, ...former };
      };
      const answer = await this.#coordinator.request(InitProducerId, body, waiting);
      if (answer.errorCode === ErrorCode.INVALID_TRANSACTION_TIMEOUT) throw timeoutTooLong(this.#options);
      this.#coordinator.check(answer.errorCode, InitProducerId);
      const { producerId, producerEpoch } = answer;
      return { producerId, producerEpoch };
    });
  }

  /** Adds partitions to the transaction. */
  addPartitions(
    identity: ProducerIdentity,
    partitions: Iterable<TransactionPartition>,
    bounds: RequestBounds,
  ): Promise<Reply<void>> {
    const { transactionalId } = this.#options;
    const body = {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.producerEpoch,
      v3AndBelowTopics: [...byTopic(partitions)].map(([name, items]) => ({
        name,
        partitions: items.map(({ partition }) => partition),
      })),
    };
    return this.#ask("AddPartitionsToTxn", bounds, async (waiting) => {
      const options = { ...waiting, maxVersion: addPartitionsVersion };
      const answer = await this.#coordinator.request(AddPartitionsToTxn, body, options);
      const results = answer.resultsByTopicV3AndBelow.flatMap(({ name: topic, resultsByPartition }) =>
        resultsByPartition.map(({ partitionIndex: partition, partitionErrorCode: errorCode }) => ({
          topic,
          partition,
          errorCode,
        })),
      );
      checkGravest(this.#coordinator, AddPartitionsToTxn, results);
    });
  }

  /** Adds the offsets of a group to the transaction. */
  addOffsets(identity: ProducerIdentity, groupId: string, bounds: RequestBounds): Promise<Reply<void>> {
    const { transactionalId } = this.#options;
    return this.#ask("AddOffsetsToTxn", bounds, async (waiting) => {
      const body = { transactionalId, ...identity, groupId };
      const { errorCode } = await this.#coordinator.request(AddOffsetsToTxn, body, waiting);
      this.#coordinator.check(errorCode, AddOffsetsToTxn);
    });
  }

  /** Gives a group's offsets to its coordinator, which holds them until the transaction has ended. */
  commitOffsets(
    identity: ProducerIdentity,
    toSend: OffsetsToSend,
    { maxVersion, ...bounds }: RequestBounds & { readonly maxVersion: number },
  ): Promise<Reply<void>> {
    const { cluster, lease, transactionalId } = this.#options;
    const { groupId } = toSend.group;
    const coordinator = new CoordinatorClient({ cluster, lease, type: "group", key: groupId });
    const topics = offsetsByTopic(toSend.offsets);
    return this.#ask("TxnOffsetCommit", bounds, ({ signal, timeoutMs }) => {
      const waiting = { clock: cluster.clock, timeoutMs, signals: [signal, bounds.abandoned] };
      const options = { purpose: "offsets", signal, timeoutMs, maxVersion } as const;
      return underMember(toSend, waiting, async (group) => {
        const body = (version: number): RequestInputOf<typeof TxnOffsetCommit> => {
          const member = version < memberVersion ? undefined : memberOf(group);
          return { transactionalId, groupId, ...identity, ...member, topics };
        };
        const answer = await coordinator.request(TxnOffsetCommit, body, options);
        const results = answer.topics.flatMap(({ name: topic, partitions }) =>
          partitions.map(({ partitionIndex: partition, errorCode }) => ({ topic, partition, errorCode })),
        );
        if (results.some(({ errorCode }) => errorCode === ErrorCode.REQUEST_TIMED_OUT)) coordinator.forget();
        checkGravest(coordinator, TxnOffsetCommit, results);
      });
    });
  }

  /** Ends the transaction, and gives the identity for the next one. */
  end(
    identity: ProducerIdentity,
    committed: boolean,
    { maxVersion, deadline }: { readonly maxVersion: number; readonly deadline: number },
  ): Promise<Reply<ProducerIdentity>> {
    const { transactionalId } = this.#options;
    return this.#ask("EndTxn", { deadline, isAbort: !committed }, async (waiting) => {
      const body = { transactionalId, ...identity, committed };
      const answer = await this.#coordinator.request(EndTxn, body, { ...waiting, maxVersion });
      this.#coordinator.check(answer.errorCode, EndTxn);
      const { producerId, producerEpoch } = answer;
      return producerEpoch < 0 ? identity : { producerId, producerEpoch };
    });
  }

  #ask<Value>(
    api: TransactionalApi,
    { deadline, abandoned, isAbort }: RequestBounds & Pick<LoopOptions, "isAbort">,
    work: (waiting: Waiting) => Promise<Value>,
  ): Promise<Reply<Value>> {
    const { cluster, closed, retrying } = this.#options;
    const { requestTimeoutMs } = cluster.options;
    const ask = async (timeLeftMs: number): Promise<Value> => {
      const waiting = {
        purpose,
        signal: closed,
        timeoutMs: Math.min(timeLeftMs, requestTimeoutMs),
      } as const;
      try {
        return await work(waiting);
      } catch (error) {
        throw withoutTransactions(error);
      }
    };
    const signals = abandoned === undefined ? [closed] : [closed, abandoned];
    const tell = (error: KafkaError, delayMs: number): void => retrying(api, error, delayMs);
    return requestUntilRuled(ask, { api, pace: cluster.options, deadline, signals, isAbort, retrying: tell });
  }
}

interface Waiting {
  readonly purpose: typeof purpose;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

function protocolOf(level: number): TransactionProtocol {
  return level >= 2 ? "implied" : "added";
}

/** One partition in a coordinator's answer. */
interface PartitionResult extends TransactionPartition {
  readonly errorCode: number;
}

/** @throws {KafkaError} the error that decides over the whole request: one that stops before one that aborts, and that before one that passes. */
function checkGravest(
  coordinator: Coordinator,
  api: Api & { readonly name: string },
  results: readonly PartitionResult[],
): void {
  let gravest: PartitionResult | undefined;
  for (const result of results) {
    if (result.errorCode !== 0 && (gravest === undefined || gravity(api, result) > gravity(api, gravest)))
      gravest = result;
  }
  if (gravest === undefined) return;
  const { errorCode, topic, partition } = gravest;
  coordinator.check(errorCode, api, { topic, partition });
}

function gravity({ name }: { readonly name: string }, { errorCode }: PartitionResult): number {
  // It is said of partitions beside the one that has the reason.
  if (errorCode === ErrorCode.OPERATION_NOT_ATTEMPTED) return 0;
  const { action } = ruleOf(name === "TxnOffsetCommit" ? "TxnOffsetCommit" : "AddPartitionsToTxn", errorCode);
  return { repeat: 1, abort: 2, stop: 3 }[action];
}

function byTopic<Item extends TransactionPartition>(items: Iterable<Item>): ReadonlyMap<string, readonly Item[]> {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const known = topics.get(item.topic);
    if (known === undefined) topics.set(item.topic, [item]);
    else known.push(item);
  }
  return topics;
}

function offsetsByTopic(
  offsets: readonly GroupOffset[],
): NonNullable<RequestInputOf<typeof TxnOffsetCommit>["topics"]> {
  return [...byTopic(offsets)].map(([name, all]) => ({
    name,
    partitions: all.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  }));
}

function memberOf({
  generationId,
  memberId,
  groupInstanceId,
}: GroupMetadata): Partial<RequestInputOf<typeof TxnOffsetCommit>> {
  return { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId };
}

function cannotFollow(version: number): KafkaError {
  const message =
    `The broker speaks InitProducerId only up to version ${version}: it can give a new epoch to any instance of the transactional id, but not ` +
    "to this one alone, which it needs to go on after this failure. Make a new producer; with Kafka 2.5 and newer this is not needed.";
  return new KafkaError("UNSUPPORTED_VERSION", message, { errorCode: ErrorCode.UNSUPPORTED_VERSION, written: false });
}

function timeoutTooLong({
  transactionalId,
  transactionTimeoutMs,
}: Pick<TransactionalRequestsOptions, "transactionalId" | "transactionTimeoutMs">): KafkaError {
  const message =
    `transactionTimeoutMs, ${transactionTimeoutMs} ms, is more than the broker admits: choose at most its transaction.max.timeout.ms, which is ` +
    "900000 unless it was set otherwise.";
  const errorCode = ErrorCode.INVALID_TRANSACTION_TIMEOUT;
  return new KafkaError("INVALID_TRANSACTION_TIMEOUT", message, {
    apiName: InitProducerId.name,
    errorCode,
    transactionalId,
    written: false,
  });
}

/** Says of a broker that lacks an API, or refuses every transactional id, what that means. */
function withoutTransactions(error: unknown): unknown {
  if (!(error instanceof KafkaError) || error.code !== "UNSUPPORTED_VERSION" || error.apiName === undefined)
    return error;
  const message = `The broker has no transactions: ${error.message} Leave out transactionalId to send without them.`;
  const { apiName } = error;
  const facts = { apiName, errorCode: ErrorCode.UNSUPPORTED_VERSION, written: false };
  return new KafkaError(error.code, message, { ...facts, cause: error });
}
