import { DescribeTopicPartitions, ErrorCode, Uuid } from "@moldau/protocol-codec";
import type { DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponseTopic } from "@moldau/protocol-codec";
import type { ClusterState, PartitionState } from "../cluster/state.js";
import { topicNameProblem } from "../cluster/topic-names.js";
import { handler } from "../network/handler.js";
import { authorizedOperations } from "../security/access.js";

type TopicAnswer = Partial<DescribeTopicPartitionsResponseTopic>;
type Cursor = DescribeTopicPartitionsRequest["cursor"];

/**
 * DescribeTopicPartitions 0: topics and partitions page by page, in ascending order of the names (KIP-966).
 *
 * No topic named means all. An answer holds at most `responsePartitionLimit` partitions (2,000 at most, 1 at least); what is left over
 * begins at the cursor of the answer. Nothing is created. A cursor at a topic that is not asked for, or before its first partition, is
 * INVALID_REQUEST for every topic named.
 */
export const describeTopicPartitions = handler({
  api: DescribeTopicPartitions,
  versions: { min: 0, max: 0 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ name }) => ({ name, errorCode })),
    nextCursor: null,
  }),
  answer: ({ topics, responsePartitionLimit, cursor }, { broker, access }) => {
    const { cluster } = broker;
    const asked = topics.map(({ name }) => name);
    if (cursor !== null && !isUsable(cursor, asked))
      return { topics: asked.map((name) => ({ name, errorCode: ErrorCode.INVALID_REQUEST })), nextCursor: null };
    const wanted = asked.length === 0 ? Array.from(cluster.topics(), ({ name }) => name) : asked;
    const names = [...new Set(wanted)].sort().filter((name) => cursor === null || name >= cursor.topicName);
    const answers: TopicAnswer[] = [];
    let left = Math.max(1, Math.min(responsePartitionLimit, maxPartitions));
    for (const name of names) {
      const page = describe(cluster, name, { first: firstPartition(cursor, name), limit: left });
      const topicAuthorizedOperations = authorizedOperations(access, { kind: "topic", name });
      answers.push({ ...page.answer, topicAuthorizedOperations });
      left -= page.shown;
      if (page.next !== undefined)
        return { topics: answers, nextCursor: { topicName: name, partitionIndex: page.next } };
      const following = names[names.indexOf(name) + 1];
      if (left === 0 && following !== undefined)
        return { topics: answers, nextCursor: { topicName: following, partitionIndex: 0 } };
    }
    return { topics: answers, nextCursor: null };
  },
});

const maxPartitions = 2000;

function isUsable({ topicName, partitionIndex }: NonNullable<Cursor>, asked: readonly string[]): boolean {
  return partitionIndex >= 0 && (asked.length === 0 || asked.includes(topicName));
}

function firstPartition(cursor: Cursor, name: string): number {
  return cursor !== null && cursor.topicName === name ? cursor.partitionIndex : 0;
}

interface Page {
  readonly answer: TopicAnswer;
  readonly shown: number;
  /** The first partition that did not fit. */
  readonly next: number | undefined;
}

function describe(
  cluster: ClusterState,
  name: string,
  { first, limit }: { readonly first: number; readonly limit: number },
): Page {
  const topic = cluster.topic(name);
  if (topic === undefined) {
    const errorCode =
      topicNameProblem(name) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
    return {
      answer: { errorCode, name, topicId: Uuid.zero },
      shown: 0,
      next: undefined,
    };
  }
  const partitions = topic.partitions.slice(first, first + limit);
  const end = first + partitions.length;
  const answer = {
    errorCode: ErrorCode.NONE,
    name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    partitions: partitions.map((state) => shown(cluster, state)),
  };
  return { answer, shown: partitions.length, next: end < topic.partitions.length ? end : undefined };
}

function shown(cluster: ClusterState, { partition, leader, leaderEpoch, replicas, isr }: PartitionState) {
  const isServed = cluster.isServing(leader);
  return {
    errorCode: isServed ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE,
    partitionIndex: partition,
    leaderId: isServed ? leader : -1,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: replicas.filter((nodeId) => !cluster.isServing(nodeId)),
  };
}
