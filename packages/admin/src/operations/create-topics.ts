import { invalidArgument, isPlainObject, OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { CreateTopics, type RequestInputOf, type Uuid, type CreateTopicsResponseTopic } from "@moldau/protocol-codec";
import { controller } from "../routing/controller.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkReplicas, operationOptions, unique } from "./arguments.js";
import { checkConfigValues, configValueWords, type ConfigValues } from "./config-values.js";
import { createTopicsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";

/** A topic to create. */
export interface NewTopic {
  /** Name: letters, digits, `.`, `_` and `-`, at most 249 of them. */
  readonly topic: string;
  /** Number of partitions. Default: what the broker is configured for. */
  readonly partitions?: number;
  /** Number of replicas of each partition. Default: what the broker is configured for. */
  readonly replicationFactor?: number;
  /** Node ids of the replicas of each partition, the preferred leader first; instead of `partitions` and `replicationFactor`. */
  readonly assignments?: readonly (readonly number[])[];
  /** Topic configuration, such as `{ "cleanup.policy": "compact" }`. Default: none. */
  readonly configs?: ConfigValues;
}

/** What to create. */
export interface CreateTopicsOptions extends OperationOptions {
  readonly topics: readonly NewTopic[];
  /** Whether to check only, and create nothing. Default false. */
  readonly validateOnly?: boolean;
}

/** What became of a topic to create. */
export interface CreatedTopic extends ItemResult {
  readonly topic: string;
  /** The new topic's id; absent on failure and from brokers before 2.8. */
  readonly topicId?: Uuid;
  /** Number of partitions; absent on failure and from brokers before 2.4. */
  readonly partitions?: number;
  /** Number of replicas of each partition; absent on failure and from brokers before 2.4. */
  readonly replicationFactor?: number;
}

/** Creates topics, each with a result of its own (CreateTopics, KIP-4). */
export function createTopics(options: CreateTopicsOptions): Operation<readonly CreatedTopic[]> {
  const read = new OptionReader("createTopics", options, createTopicsNames);
  const topics = read.list("topics", checkTopic, { nonEmpty: true, example: '[{ topic: "orders", partitions: 12 }]' });
  const validateOnly = read.boolean("validateOnly", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique(
    "createTopics: topics",
    topics.map(({ topic }) => topic),
  );
  return {
    wait,
    run: perform({
      api: CreateTopics,
      items: topics,
      route: controller,
      repeatable: validateOnly,
      keyOf: ({ topic }) => topic,
      factsOf: ({ topic }) => ({ topic }),
      question: (items, { timeoutMs }) => ({ topics: items.map(toRequest), timeoutMs, validateOnly }),
      answers: (response) => response.topics.map((answer) => [answer.name, answer] as const),
      succeeded: toResult,
      failed: ({ topic }, error) => ({ topic, error }),
    }),
  };
}

function checkTopic(value: unknown, path: string): NewTopic {
  if (!isPlainObject(value))
    throw invalidArgument(`${path} must be an object such as { topic: "orders", partitions: 12 }.`);
  const read = new OptionReader<Partial<NewTopic>>(path, value, createTopicsNames);
  const topic = read.text("topic");
  const partitions = read.integer("partitions", { min: 1, max: 2 ** 31 - 1, default: -1 });
  const replicationFactor = read.integer("replicationFactor", { min: 1, max: 2 ** 15 - 1, default: -1 });
  const assignments = read.list("assignments", checkReplicas, { default: [] });
  const configs = read.custom("configs", configValueWords, checkConfigValues, { default: {} });
  read.done();
  if (assignments.length > 0 && (partitions >= 0 || replicationFactor >= 0)) {
    throw invalidArgument(
      `${path}: assignments say how many partitions and replicas there are; leave partitions and replicationFactor out.`,
    );
  }
  return { topic, partitions, replicationFactor, assignments, configs };
}

type TopicRequest = NonNullable<RequestInputOf<typeof CreateTopics>["topics"]>[number];

function toRequest({
  topic,
  partitions = -1,
  replicationFactor = -1,
  assignments = [],
  configs = {},
}: NewTopic): TopicRequest {
  return {
    name: topic,
    numPartitions: partitions,
    replicationFactor,
    assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs).map(([name, value]) => ({ name, value: String(value) })),
  };
}

function toResult({ topic }: NewTopic, answer: CreateTopicsResponseTopic): CreatedTopic {
  return {
    topic,
    ...(answer.topicId.isZero ? {} : { topicId: answer.topicId }),
    ...(answer.numPartitions < 0 ? {} : { partitions: answer.numPartitions }),
    ...(answer.replicationFactor < 0 ? {} : { replicationFactor: answer.replicationFactor }),
  };
}
