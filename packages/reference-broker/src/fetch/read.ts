import { ErrorCode } from "@moldau/protocol-codec";
import type { TopicState } from "../cluster/state.js";
import { LogError } from "../log/log-error.js";
import type { BrokerNode } from "../cluster/node.js";
import type { Partition } from "../partitions/partition.js";
import { findLedPartition, findTopic } from "../partitions/partition-lookup.js";
import type { FetchedPartition } from "./fetch-context.js";
import type { FetchPosition, PartitionResult } from "./fetch-session.js";

/** How much is to be read, and what of it may be seen. */
export interface FetchLimits {
  /** The most bytes of records in the whole answer; the first batch comes even if it is larger. */
  readonly maxBytes: number;
  /** Whether only records below the last stable offset are seen, and aborted transactions told. */
  readonly committedOnly: boolean;
  readonly usesTopicIds: boolean;
  /** Whether an answer has room for the leader that the client should have asked (from version 16 on). */
  readonly tellsLeaders: boolean;
}

/** What reading needs of a broker. */
export type FetchedBroker = Pick<BrokerNode, "nodeId" | "cluster" | "partitions">;

/** What one round of reading found. */
export interface FetchRound {
  readonly fetched: readonly FetchedPartition[];
  /** Bytes of all records. */
  readonly sizeInBytes: number;
  /** Whether something has to be told at once: an error, or a log that diverges from the client's. */
  readonly isUrgent: boolean;
  /** The partitions that were read, to wait on. */
  readonly watched: readonly WatchedPosition[];
}

/** A partition that was read, and from where on more is wanted. */
export interface WatchedPosition {
  readonly partition: Partition;
  /** The offset that was asked for. */
  readonly offset: bigint;
  /** {@link Partition.visibleBytes} from before the reading: what came while it was read may count twice, but never not at all. */
  readonly visibleBytes: number;
}

/**
 * Reads each partition once, in order, within the limits. The first batch found comes whole even when it is larger than every limit
 * (KIP-74); what it leaves of `maxBytes` is for those behind it.
 */
export async function readPositions(
  broker: FetchedBroker,
  positions: readonly FetchPosition[],
  limits: FetchLimits,
): Promise<FetchRound> {
  const fetched: FetchedPartition[] = [];
  const watched: WatchedPosition[] = [];
  let left = limits.maxBytes;
  let sizeInBytes = 0;
  let isUrgent = false;
  for (const position of positions) {
    const read = await readOne(broker, position, {
      ...limits,
      maxBytes: Math.min(left, position.maxBytes),
      minOneMessage: sizeInBytes === 0,
    });
    fetched.push({ position, result: read.result, nextOffset: read.nextOffset });
    if (read.watched !== undefined) watched.push(read.watched);
    sizeInBytes += read.sizeInBytes;
    left = Math.max(0, left - read.sizeInBytes);
    isUrgent ||= read.result.errorCode !== ErrorCode.NONE || read.result.divergingEpoch !== undefined;
  }
  return { fetched, sizeInBytes, isUrgent, watched };
}

interface OneRead {
  readonly result: PartitionResult;
  readonly sizeInBytes: number;
  readonly nextOffset: bigint;
  readonly watched?: WatchedPosition;
}

async function readOne(
  broker: FetchedBroker,
  position: FetchPosition,
  limits: FetchLimits & { readonly minOneMessage: boolean },
): Promise<OneRead> {
  const { topic: name, topicId, partition, currentLeaderEpoch } = position;
  const topic = findTopic(broker.cluster, { name, id: topicId, byId: limits.usesTopicIds });
  const found = findLedPartition(broker, { topic, byId: limits.usesTopicIds, partition, currentLeaderEpoch });
  if (found.led === undefined)
    return failed(
      position,
      found.errorCode,
      limits.tellsLeaders ? leaderOf(topic, partition, found.errorCode) : undefined,
    );
  try {
    return await readPartition(found.led, position, limits);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return failed(position, error.errorCode);
  }
}

async function readPartition(
  led: Partition,
  position: FetchPosition,
  limits: FetchLimits & { readonly minOneMessage: boolean },
): Promise<OneRead> {
  const { partition: partitionIndex, fetchOffset } = position;
  const { maxBytes, minOneMessage, committedOnly } = limits;
  const watched = { partition: led, offset: fetchOffset, visibleBytes: led.visibleBytes(committedOnly) };
  const diverging = divergence(led, position);
  const upTo = committedOnly ? led.lastStableOffset : led.highWatermark;
  const read =
    diverging === undefined
      ? await led.read(fetchOffset, { maxBytes, minOneMessage, upTo })
      : { records: [], sizeInBytes: 0, nextOffset: fetchOffset, upperBound: fetchOffset };
  const aborted = committedOnly ? await led.abortedTransactions(fetchOffset, read.upperBound) : null;
  const result: PartitionResult = {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    highWatermark: led.highWatermark,
    lastStableOffset: led.lastStableOffset,
    logStartOffset: led.logStartOffset,
    abortedTransactions:
      aborted === null ? null : aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })),
    records: read.records,
    ...(diverging === undefined ? {} : { divergingEpoch: diverging }),
  };
  return { result, sizeInBytes: read.sizeInBytes, nextOffset: read.nextOffset, watched };
}

/** Where the client's log and this one part, if they do (KIP-595): the client then cuts its own back. */
function divergence(
  led: Partition,
  { fetchOffset, lastFetchedEpoch }: FetchPosition,
): { readonly epoch: number; readonly endOffset: bigint } | undefined {
  if (lastFetchedEpoch < 0) return undefined;
  const { epoch, endOffset } = led.endOffsetForEpoch(lastFetchedEpoch);
  if (epoch < 0)
    throw new LogError(
      ErrorCode.OFFSET_OUT_OF_RANGE,
      `the leader epoch ${lastFetchedEpoch} never wrote to ${led.topic}-${led.partition}`,
    );
  return epoch < lastFetchedEpoch || endOffset < fetchOffset ? { epoch, endOffset } : undefined;
}

function failed(
  { partition: partitionIndex, fetchOffset }: FetchPosition,
  errorCode: number,
  currentLeader?: PartitionResult["currentLeader"],
): OneRead {
  const abortedTransactions = foundByMetadata.has(errorCode) ? [] : null;
  const result = {
    partitionIndex,
    errorCode,
    highWatermark: -1n,
    logStartOffset: -1n,
    abortedTransactions,
    records: [],
    ...(currentLeader === undefined ? {} : { currentLeader }),
  };
  return { result, sizeInBytes: 0, nextOffset: fetchOffset };
}

/** Errors that Apache Kafka finds before it looks at the log; their answers differ in a detail. */
const foundByMetadata: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

/** The leader to tell with an error that says that the client asked the wrong one (KIP-951). */
function leaderOf(
  topic: TopicState | undefined,
  partition: number,
  errorCode: number,
): PartitionResult["currentLeader"] {
  if (errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER && errorCode !== ErrorCode.FENCED_LEADER_EPOCH) return undefined;
  const state = topic?.partitions[partition];
  return state === undefined ? undefined : { leaderId: state.leader, leaderEpoch: state.leaderEpoch };
}
