import { AddPartitionsToTxn, coordinatorPartition, ErrorCode, KafkaError } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { BrokerConfig } from "../cluster/broker-config.js";
import { transactionsTopic } from "../cluster/internal-topics.js";
import type { ClusterState } from "../cluster/state.js";
import { LogError } from "../log/log-error.js";
import type { RequiredVerification } from "../log/producer-tracking.js";
import type { Partition } from "../partitions/partition.js";
import type { Peers } from "../partitions/peers.js";

/**
 * What is asked of the transaction's coordinator before records of a transaction are written, and which errors the client knows (KIP-890):
 * whether the partition is in the transaction, for clients that know TRANSACTION_ABORTABLE and for those that do not; or to add it.
 */
export type AdmissionKind = "verify" | "verifyForOldClient" | "add";

/** What a Produce of this version asks for: the client decides by what is finalised, the broker goes by the version alone. */
export function admissionOfProduce(apiVersion: number): AdmissionKind {
  return apiVersion > 11 ? "add" : apiVersion > 10 ? "verify" : "verifyForOldClient";
}

/** What a TxnOffsetCommit of this version asks for. */
export function admissionOfOffsetCommit(apiVersion: number): AdmissionKind {
  return apiVersion > 4 ? "add" : apiVersion > 3 ? "verify" : "verifyForOldClient";
}

/** A partition that transactional records are to be written to. */
export interface AdmittedPartition {
  /** Led by this broker. */
  readonly led: Partition;
  /** The sequence number of the first record; -1 for records of a coordinator, which have none. */
  readonly firstSequence: number;
}

/** Records of a transaction that want to be written. */
export interface AdmissionRequest {
  readonly kind: AdmissionKind;
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly partitions: readonly AdmittedPartition[];
  /** For how long it is asked again while the transaction before is still being ended, in milliseconds. Default: not at all. */
  readonly patienceMs?: number;
  /** Ends the waiting, with NETWORK_EXCEPTION for what is not decided. */
  readonly signal?: AbortSignal;
}

/** What became of one partition: the error code that keeps the records out, or NONE and what the append is to be given. */
export interface Admission {
  readonly errorCode: number;
  readonly verification: RequiredVerification | undefined;
}

/** Whoever says whether records of a transaction may be written. */
export interface TransactionAdmission {
  /**
   * Resolves to what became of each partition, in the order in which they were given; never rejects. Partitions in which the transaction is
   * open already are admitted at once.
   *
   * @example
   * const [admission] = await broker.admission.admit({ kind: admissionOfOffsetCommit(apiVersion), …, partitions: [{ led, firstSequence: -1 }] });
   * if (admission.errorCode === ErrorCode.NONE) await led.append(records, { origin: "coordinator", verification: admission.verification });
   */
  admit(request: AdmissionRequest): Promise<readonly Admission[]>;
}

/** What {@link CoordinatorAdmission} works with. */
export interface CoordinatorAdmissionOptions {
  readonly cluster: ClusterState;
  readonly peers: Peers;
  readonly config: BrokerConfig;
  readonly clock: Clock;
}

/** Asks the transaction's coordinator, wherever it is, once for all partitions of a request. */
export class CoordinatorAdmission implements TransactionAdmission {
  readonly #options: CoordinatorAdmissionOptions;

  constructor(options: CoordinatorAdmissionOptions) {
    this.#options = options;
  }

  async admit(request: AdmissionRequest): Promise<readonly Admission[]> {
    const { config, clock } = this.#options;
    if (!config.boolean("transaction.partition.verification.enable"))
      return request.partitions.map(() => ({ errorCode: ErrorCode.NONE, verification: undefined }));
    const { patienceMs = 0, signal } = request;
    const startedMs = clock.monotonic();
    for (;;) {
      const admissions = await this.#admitOnce(request);
      const isBusy = admissions.some(({ errorCode }) => errorCode === ErrorCode.CONCURRENT_TRANSACTIONS);
      if (!isBusy || signal?.aborted === true || clock.monotonic() - startedMs >= patienceMs) return admissions;
      await clock.sleep(config.number("add.partitions.to.txn.retry.backoff.ms"), signal).catch(() => undefined);
    }
  }

  async #admitOnce(request: AdmissionRequest): Promise<readonly Admission[]> {
    const begun = request.partitions.map((partition) => begin(partition, request));
    const asked = request.partitions.filter((_, at) => begun[at]?.verification?.guard !== undefined);
    if (asked.length === 0) return begun;
    const codeOf = await this.#ask(request, asked);
    return begun.map((admission, at) => {
      const partition = request.partitions[at];
      if (partition === undefined || !asked.includes(partition)) return admission;
      return { ...admission, errorCode: codeForClient(codeOf(partition), request.kind) };
    });
  }

  /** What the coordinator says of each partition. */
  async #ask(
    request: AdmissionRequest,
    partitions: readonly AdmittedPartition[],
  ): Promise<(partition: AdmittedPartition) => number> {
    const nodeId = this.#coordinatorOf(request.transactionalId);
    if (nodeId === undefined) return () => ErrorCode.COORDINATOR_NOT_AVAILABLE;
    const { peers, config } = this.#options;
    try {
      const { errorCode, resultsByTransaction } = await peers.request(AddPartitionsToTxn, {
        nodeId,
        version: 5,
        body: bodyOf(request, partitions),
        timeoutMs: config.number("request.timeout.ms"),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      // What a broker may do is nothing that a client could understand.
      if (errorCode === ErrorCode.CLUSTER_AUTHORIZATION_FAILED) return () => ErrorCode.INVALID_TXN_STATE;
      if (errorCode !== ErrorCode.NONE) return () => errorCode;
      const results = resultsByTransaction.flatMap(({ topicResults }) => topicResults);
      return ({ led }) =>
        results
          .find(({ name }) => name === led.topic)
          ?.resultsByPartition.find(({ partitionIndex }) => partitionIndex === led.partition)?.partitionErrorCode ??
        ErrorCode.UNKNOWN_SERVER_ERROR;
    } catch (error) {
      if (request.signal?.aborted !== true && !(error instanceof KafkaError)) throw error;
      return () => ErrorCode.NETWORK_EXCEPTION;
    }
  }

  /** Node id of the broker that coordinates a transactional id; undefined when none does now. */
  #coordinatorOf(transactionalId: string): number | undefined {
    const { cluster } = this.#options;
    const partitions = cluster.topic(transactionsTopic)?.partitions ?? [];
    if (partitions.length === 0) return undefined;
    const leader = partitions[coordinatorPartition(transactionalId, partitions.length)]?.leader ?? -1;
    return cluster.isServing(leader) ? leader : undefined;
  }
}

/** Begins the verification of a partition, unless the transaction is open there. */
function begin({ led, firstSequence }: AdmittedPartition, request: AdmissionRequest): Admission {
  const { producerId, producerEpoch, kind } = request;
  try {
    const guard = led.beginVerification({ producerId, producerEpoch, firstSequence, raisesEpoch: kind === "add" });
    return { errorCode: ErrorCode.NONE, verification: { guard } };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return { errorCode: error.errorCode, verification: undefined };
  }
}

function bodyOf(
  { transactionalId, producerId, producerEpoch, kind }: AdmissionRequest,
  partitions: readonly AdmittedPartition[],
) {
  const topics = new Map<string, number[]>();
  for (const { led } of partitions) {
    const numbers = topics.get(led.topic);
    if (numbers === undefined) topics.set(led.topic, [led.partition]);
    else numbers.push(led.partition);
  }
  return {
    transactions: [
      {
        transactionalId,
        producerId,
        producerEpoch,
        verifyOnly: kind !== "add",
        topics: Array.from(topics, ([name, numbers]) => ({ name, partitions: numbers })),
      },
    ],
  };
}

/** The coordinator's error as the client knows it. */
function codeForClient(errorCode: number, kind: AdmissionKind): number {
  if (errorCode === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (errorCode === ErrorCode.TRANSACTION_ABORTABLE && kind === "verifyForOldClient")
    return ErrorCode.INVALID_TXN_STATE;
  return errorCode;
}
