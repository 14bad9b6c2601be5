import { protocolViolation } from "@moldau/connection-pool";
import {
  ErrorCode,
  errorByCode,
  Fetch,
  type FetchResponse,
  type KafkaError,
  type FetchResponsePartition,
} from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { partitionError, unreadable } from "../errors.js";
import { partitionKey } from "../partitions/topic-partition.js";
import { endOfRecords } from "../partitions/partition-buffer.js";
import type { IsolationLevel } from "./isolation.js";
import { covers, type FetchPlan } from "./plan.js";

/** What a broker said about one partition. */
export type PartitionAnswer = FetchResponsePartition;

/** What an answer about one partition amounts to. */
export type PartitionOutcome =
  /** Records came. */
  | { readonly name: "records" }
  /** Nothing to read yet. */
  | { readonly name: "nothing" }
  /** A replica is nearer than the leader (KIP-392). */
  | { readonly name: "nearer"; readonly node: number }
  /** Another broker leads the partition, or the metadata is stale otherwise. */
  | { readonly name: "stale"; readonly error: KafkaError; readonly leader: number; readonly leaderEpoch: number }
  /** The offset is not in the log, or not any more. */
  | { readonly name: "outOfRange"; readonly error: KafkaError }
  /** To be tried again later. */
  | { readonly name: "later"; readonly error: KafkaError }
  /** Not to be tried again. */
  | { readonly name: "fatal"; readonly error: KafkaError };

/** The answers about partitions that were asked for and have not moved on since. */
export function* matchAnswers(
  response: FetchResponse,
  plan: FetchPlan,
): Generator<readonly [AssignedPartition, PartitionAnswer]> {
  // Since version 13 topics are named by their id.
  const names = new Map(plan.targets.map(({ topic, topicId }) => [topicId.toString(), topic]));
  for (const { topic, topicId, partitions } of response.responses) {
    const name = topic === "" ? names.get(topicId.toString()) : topic;
    if (name === undefined) continue;
    for (const answer of partitions) {
      const partition = plan.asked.get(partitionKey(name, answer.partitionIndex))?.partition;
      if (partition !== undefined && covers(plan, partition)) yield [partition, answer];
    }
  }
}

/** Takes what a broker said about a partition, and tells what it amounts to. */
export function takeAnswer(
  partition: AssignedPartition,
  answer: PartitionAnswer,
  isolationLevel: IsolationLevel,
): PartitionOutcome {
  if (answer.errorCode !== 0) return judge(partition, answer);
  const isCommittedOnly = isolationLevel === "read_committed";
  // Brokers before Kafka 0.11 know of no transactions.
  const { highWatermark, lastStableOffset } = answer;
  partition.highWatermark = isCommittedOnly && lastStableOffset >= 0n ? lastStableOffset : highWatermark;
  partition.logStartOffset = answer.logStartOffset;
  const { records } = answer;
  if (answer.preferredReadReplica >= 0) return { name: "nearer", node: answer.preferredReadReplica };
  if (records === null || records.length === 0) return { name: "nothing" };
  try {
    const end = endOfRecords(records);
    // No whole batch fits: the broker gives the first partition of a request its batch whole, so its turn comes.
    if (end === undefined) return { name: "nothing" };
    if (end.nextOffset <= partition.fetchOffset) return { name: "fatal", error: behind(partition, end.nextOffset) };
    partition.received(records, end, isCommittedOnly ? (answer.abortedTransactions ?? []) : []);
    return { name: "records" };
  } catch (error) {
    return { name: "fatal", error: unreadable(partition, error) };
  }
}

function behind({ topic, partition, fetchOffset }: AssignedPartition, nextOffset: bigint): KafkaError {
  const message = `The broker answered with records of ${topic}-${partition} that end at offset ${nextOffset - 1n}, before the offset ${fetchOffset} that was asked for.`;
  return protocolViolation(message, { topic, partition, offset: fetchOffset });
}

function judge(
  { topic, partition }: AssignedPartition,
  { errorCode, currentLeader: { leaderId: leader, leaderEpoch } }: PartitionAnswer,
): PartitionOutcome {
  const error = partitionError(errorCode, { topic, partition }, { api: Fetch });
  if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return { name: "outOfRange", error };
  const { refreshMetadata, retriable } = errorByCode(errorCode);
  if (refreshMetadata) return { name: "stale", error, leader, leaderEpoch };
  // A broker's own mishap passes, as Apache Kafka's client has it; what is in the way for good is not tried for ever.
  if (retriable || errorCode === ErrorCode.UNKNOWN_SERVER_ERROR || errorCode === ErrorCode.OFFSET_NOT_AVAILABLE)
    return { name: "later", error };
  return { name: "fatal", error };
}
