import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { kafkaError, Metadata, type KafkaError, type Uuid, type MetadataResponseTopic } from "@moldau/protocol-codec";
import { checkName, operationOptions, unanswered, unique } from "./arguments.js";
import type { ItemResult } from "./repeat.js";

/** What to describe. */
export interface DescribeTopicsOptions extends OperationOptions {
  /** Names of topics. */
  readonly topics: readonly string[];
}

/** One partition at one moment. */
export interface DescribedPartition {
  readonly partition: number;
  /** Node id; -1 when there is no leader. */
  readonly leader: number;
  /** -1 from brokers before 2.1. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  /** The replicas that have all that is committed. */
  readonly isr: readonly number[];
  /** The replicas whose brokers are down. */
  readonly offlineReplicas: readonly number[];
  /** Why the partition is not well; absent when it is. */
  readonly error?: KafkaError;
}

/** One topic at one moment. */
export interface DescribedTopic extends ItemResult {
  readonly topic: string;
  /** Absent on failure and from brokers before 2.8. */
  readonly topicId?: Uuid;
  readonly isInternal: boolean;
  /** In the order of their numbers; empty on failure. */
  readonly partitions: readonly DescribedPartition[];
}

/** Describes topics, each with a result of its own, straight from a broker; nothing is created. */
export async function describeTopics(
  cluster: Cluster,
  options: DescribeTopicsOptions,
): Promise<readonly DescribedTopic[]> {
  const read = new OptionReader("describeTopics", options);
  const topics = read.list("topics", checkName, { nonEmpty: true });
  const wait = operationOptions(read);
  read.done();
  unique("describeTopics: topics", topics);
  const response = await cluster.request(
    Metadata,
    (version) => ({
      topics: topics.map((name) => ({ name })),
      ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
    }),
    wait,
  );
  if (response.errorCode !== 0) throw kafkaError(response.errorCode, { apiKey: Metadata.key, apiName: Metadata.name });
  return topics.map((topic) =>
    describe(
      topic,
      response.topics.find(({ name }) => name === topic),
    ),
  );
}

/** Makes a description of what a Metadata answer says. */
export function describe(topic: string, answer: MetadataResponseTopic | undefined): DescribedTopic {
  const facts = { topic, apiKey: Metadata.key, apiName: Metadata.name };
  if (!answer) return { topic, isInternal: false, partitions: [], error: unanswered(facts) };
  const { isInternal, topicId } = answer;
  if (answer.errorCode !== 0) return { topic, isInternal, partitions: [], error: kafkaError(answer.errorCode, facts) };
  const partitions = answer.partitions
    .toSorted((left, right) => left.partitionIndex - right.partitionIndex)
    .map(
      ({
        partitionIndex: partition,
        leaderId: leader,
        leaderEpoch,
        replicaNodes: replicas,
        isrNodes: isr,
        offlineReplicas,
        errorCode,
      }) => ({
        ...{ partition, leader, leaderEpoch, replicas, isr, offlineReplicas },
        ...(errorCode === 0 ? {} : { error: kafkaError(errorCode, { ...facts, partition }) }),
      }),
    );
  return { topic, isInternal, partitions, ...(topicId.isZero ? {} : { topicId }) };
}
