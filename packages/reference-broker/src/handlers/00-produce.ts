import { ErrorCode, Produce } from "@moldau/protocol-codec";
import type {
  ProduceRequest,
  ProduceResponse,
  ProduceRequestPartition,
  ProduceResponsePartition,
} from "@moldau/protocol-codec";
import type { TopicState } from "../cluster/state.js";
import { minInsyncReplicas } from "../cluster/topic-settings.js";
import { handler, type RequestContext } from "../network/handler.js";
import { closeConnection, noResponse } from "../network/outcome.js";
import { denialCode } from "../security/access.js";
import type { AppendResult } from "../log/append-run.js";
import { isTransactional } from "../log/batch-header.js";
import { LogError } from "../log/log-error.js";
import { eachPartitionOnce } from "../partitions/each-partition-once.js";
import type { Partition } from "../partitions/partition.js";
import { endpointOf, findLedPartition, findTopic, type LedPartition } from "../partitions/partition-lookup.js";
import { admitProduced, type ProduceAdmission, type ProducedRecords } from "../transactions/produce-admission.js";

type PartitionAnswer = ProduceResponsePartition extends infer P ? Partial<P> & { readonly errorCode: number } : never;

/**
 * Produce 3-13: appends one record batch to each partition named.
 *
 * Batches are checked by the log (CRC, offsets, sequences, size, timestamps) and each partition has a result of its own. acks 0 gets no
 * answer, and a closed connection if anything failed, so that the client refreshes its metadata; other acks than -1, 0 and 1 are
 * INVALID_REQUIRED_ACKS. From 8 on errors name the records at fault, from 10 on NOT_LEADER_OR_FOLLOWER comes with the leader and its
 * address (KIP-951), from 13 on topics are named by id. acks -1 with fewer replicas in sync than `min.insync.replicas`
 * says, or than there are, gives NOT_ENOUGH_REPLICAS. Kafka's own topics take records from its admin client only.
 * A transactional batch in a request without a transactional id refuses the whole request with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, batches
 * of several producers with INVALID_PRODUCER_ID_MAPPING; the id alone means nothing.
 * Before the first batch of a transaction the partition is verified to be in it, or from version 12 on added to it, at the transaction's
 * coordinator (KIP-890): INVALID_TXN_STATE, or from version 11 on TRANSACTION_ABORTABLE, where it is not; INVALID_PRODUCER_EPOCH for a
 * producer that is fenced; NOT_ENOUGH_REPLICAS while the coordinator cannot be asked.
 * Difference from Apache Kafka: the message of every refusal is sent along.
 */
export const produce = handler({
  api: Produce,
  versions: { min: 3, max: 13, advertisedMin: 0 },
  hasAnswer: ({ acks }) => acks !== 0,
  refuse: ({ topicData }, { errorCode }) => refusedAsAWhole(topicData, errorCode),
  authorize: ({ transactionalId, topicData }, { access }) => {
    const isTransactional = topicData.some(({ partitionData }) => partitionData.some(bringsTransaction));
    if (!isTransactional) return ErrorCode.NONE;
    if (transactionalId === null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    return denialCode(access, "write", { kind: "transactionalId", name: transactionalId });
  },
  answer: async (request, context) => {
    const wanted = appendsOf(request, context);
    const admissions = await admitProduced(
      context.broker,
      wanted.flatMap(({ partitions }) => partitions.flatMap(ledRecords)),
      {
        transactionalId: request.transactionalId,
        apiVersion: context.apiVersion,
        signal: context.signal,
      },
    );
    if (admissions === undefined)
      return request.acks === 0
        ? closeConnection
        : refusedAsAWhole(request.topicData, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    const responses = await Promise.all(
      wanted.map(async ({ name, topicId, partitions }) => {
        const appends = partitions.map((append) =>
          appendTo({ ...append, admission: admissions.get(append.data) }, request, context),
        );
        return { name, topicId, partitionResponses: await Promise.all(appends) };
      }),
    );
    if (request.acks === 0) {
      const failed = responses.some(({ partitionResponses }) =>
        partitionResponses.some(({ errorCode }) => errorCode !== ErrorCode.NONE),
      );
      return failed ? closeConnection : noResponse;
    }
    return { responses, nodeEndpoints: leaderEndpoints(responses, context) };
  },
});

const firstVersionWithIds = 13;
const firstVersionWithLeaders = 10;
const validAcks: ReadonlySet<number> = new Set([-1, 0, 1]);
/** Refusals that come with the beginning of the log, because Apache Kafka finds them while it appends. */
const foundByLog: ReadonlySet<number> = new Set([
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.INVALID_TIMESTAMP,
]);
const adminClientId = "__admin_client";

/** Records for one partition, and what was found for it. */
interface WantedAppend {
  readonly topic: TopicState | undefined;
  readonly data: ProduceRequestPartition;
  readonly found: LedPartition;
}

/** What a request wants to be appended, by topic; each partition once. */
function appendsOf({ topicData }: ProduceRequest, { broker, apiVersion }: RequestContext) {
  const byId = apiVersion >= firstVersionWithIds;
  return eachOnce(topicData).map(({ name, topicId, partitionData }) => {
    const topic = findTopic(broker.cluster, { name, id: topicId, byId });
    const partitions = partitionData.map((data): WantedAppend => {
      return { topic, data, found: findLedPartition(broker, { topic, byId, partition: data.index }) };
    });
    return { name, topicId, partitions };
  });
}

function ledRecords({ data, found: { led } }: WantedAppend): readonly ProducedRecords[] {
  return led === undefined ? [] : [{ data, led }];
}

async function appendTo(
  { topic, data, found, admission }: WantedAppend & { readonly admission: ProduceAdmission | undefined },
  request: ProduceRequest,
  context: RequestContext,
): Promise<PartitionAnswer> {
  const { index, records } = data;
  const { broker, apiVersion, clientId } = context;
  if (admission !== undefined && admission.errorCode !== ErrorCode.NONE)
    return refused(index, admission.errorCode, "errorMessage" in admission ? admission.errorMessage : null);
  if (!validAcks.has(request.acks)) return refused(index, ErrorCode.INVALID_REQUIRED_ACKS);
  if (found.led === undefined)
    return {
      ...refused(index, found.errorCode),
      ...(apiVersion >= firstVersionWithLeaders ? leaderHint(topic, index, found.errorCode) : {}),
    };
  if (found.topic.isInternal && clientId !== adminClientId)
    return refused(index, ErrorCode.INVALID_TOPIC_EXCEPTION, `Cannot append to internal topic ${found.topic.name}`);
  if (
    request.acks === -1 &&
    found.state.isr.length <
      minInsyncReplicas(
        broker.cluster,
        { topic: found.topic.name, replicas: found.state.replicas.length },
        broker.config,
      )
  ) {
    return refused(index, ErrorCode.NOT_ENOUGH_REPLICAS);
  }
  if (records === null)
    return refused(
      index,
      ErrorCode.INVALID_RECORD,
      `Produce requests with version ${apiVersion} must have at least one record batch per partition`,
    );
  try {
    const options = { origin: "client", produceVersion: apiVersion, verification: admission?.verification } as const;
    const bytes = records.length;
    const appended = await found.led.append(records, options);
    tellAppended(found.led, { appended, bytes, context });
    const { firstOffset, lastOffset, logAppendTimeMs, logStartOffset } = appended;
    if (request.acks === -1) await found.led.whenReplicated(lastOffset + 1n, { timeoutMs: request.timeoutMs });
    return {
      index,
      errorCode: ErrorCode.NONE,
      baseOffset: firstOffset,
      logAppendTimeMs: BigInt(logAppendTimeMs),
      logStartOffset,
    };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const recordErrors = error.recordErrors.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    }));
    const logStartOffset =
      recordErrors.length > 0 || (foundByLog.has(error.errorCode) && found.led.isLed) ? found.led.logStartOffset : -1n;
    return { ...refused(index, error.errorCode, error.message), recordErrors, logStartOffset };
  }
}

/** Tells those who listen what was written. */
function tellAppended(
  { topic, partition }: Partition,
  {
    appended: { duplicate, firstOffset, lastOffset },
    bytes,
    context: { broker, clientId },
  }: { readonly appended: AppendResult; readonly bytes: number; readonly context: RequestContext },
): void {
  if (duplicate || !broker.events.isHeard("appended")) return;
  const messages = Number(lastOffset - firstOffset) + 1;
  broker.events.appended({
    broker: broker.nodeId,
    clientId,
    topic,
    partition,
    baseOffset: firstOffset,
    messages,
    bytes,
  });
}

/** Every partition once, with what was given for it last: what came before is passed over, as in Apache Kafka. */
function eachOnce(topicData: ProduceRequest["topicData"]): ProduceRequest["topicData"] {
  return eachPartitionOnce(topicData, {
    keyOf: ({ name, topicId }) => (topicId.isZero ? name : topicId.toString()),
    itemsOf: ({ partitionData }) => partitionData,
    numberOf: ({ index }) => index,
    having: (topic, partitionData) => ({ ...topic, partitionData }),
  });
}

/** Whether the batch for a partition belongs to a transaction. */
function bringsTransaction({ records }: ProduceRequestPartition): boolean {
  return records !== null && isTransactional(records);
}

function refusedAsAWhole(topicData: ProduceRequest["topicData"], errorCode: number) {
  return {
    responses: eachOnce(topicData).map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => refused(index, errorCode)),
    })),
  };
}

function refused(index: number, errorCode: number, errorMessage: string | null = null): PartitionAnswer {
  return { index, errorCode, baseOffset: -1n, errorMessage };
}

function leaderHint(topic: TopicState | undefined, partition: number, errorCode: number): Partial<PartitionAnswer> {
  const state = errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER ? topic?.partitions[partition] : undefined;
  return state === undefined ? {} : { currentLeader: { leaderId: state.leader, leaderEpoch: state.leaderEpoch } };
}

/** The addresses of the brokers that hints name, each once. */
function leaderEndpoints(
  responses: readonly { readonly partitionResponses: readonly PartitionAnswer[] }[],
  context: RequestContext,
): ProduceResponse["nodeEndpoints"] {
  if (context.apiVersion < firstVersionWithLeaders) return [];
  const leaders = new Set(
    responses.flatMap(({ partitionResponses }) =>
      partitionResponses.flatMap(({ currentLeader }) => currentLeader?.leaderId ?? []),
    ),
  );
  const { broker, session } = context;
  return [...leaders]
    .map((leader) => endpointOf(broker.cluster, leader, session.listener))
    .filter((endpoint) => endpoint !== undefined);
}
