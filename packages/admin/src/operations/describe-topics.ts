import { brokerError, OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { Metadata, type KafkaError, type Uuid, type MetadataResponseTopic } from "@moldau/protocol-codec";
import { anyBroker } from "../routing/any-broker.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

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
export function describeTopics(options: DescribeTopicsOptions): Operation<readonly DescribedTopic[]> {
  const read = new OptionReader("describeTopics", options);
  const topics = read.list("topics", checkName, { nonEmpty: true, example: '["orders"]' });
  const wait = operationOptions(read);
  read.done();
  unique("describeTopics: topics", topics);
  return {
    wait,
    run: perform({
      api: Metadata,
      items: topics,
      route: anyBroker,
      repeatable: true,
      keyOf: (topic) => topic,
      factsOf: (topic) => ({ topic }),
      question: (names, { version }) => ({
        topics: names.map((name) => ({ name })),
        ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
      }),
      whole: (response) => response,
      answers: (response) => response.topics.map((answer) => [answer.name ?? "", answer] as const),
      succeeded: describe,
      failed: undescribed,
    }),
  };
}

/** Makes the result of a topic of which the description failed. */
export function undescribed(topic: string, error: KafkaError, answer?: MetadataResponseTopic): DescribedTopic {
  return { topic, isInternal: answer?.isInternal ?? false, partitions: [], error };
}

/** Makes a description of what a Metadata answer says of a topic that is well. */
export function describe(topic: string, { isInternal, topicId, ...answer }: MetadataResponseTopic): DescribedTopic {
  const facts = { topic, apiKey: Metadata.key, apiName: Metadata.name };
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
        ...(errorCode === 0 ? {} : { error: brokerError(errorCode, { ...facts, partition }) }),
      }),
    );
  return { topic, isInternal, partitions, ...(topicId.isZero ? {} : { topicId }) };
}
