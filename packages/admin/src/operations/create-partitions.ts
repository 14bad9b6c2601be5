import {
  invalidArgument,
  isPlainObject,
  OptionReader,
  type Cluster,
  type OperationOptions,
} from "@moldau/connection-pool";
import { CreatePartitions } from "@moldau/protocol-codec";
import { controller } from "../routing/controller.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { failureOfOne } from "../routing/route.js";
import { timeLeft } from "../routing/time-left.js";
import { checkReplicas, operationOptions, unique } from "./arguments.js";
import { createPartitionsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";

/** A topic that shall have more partitions. */
export interface TopicToGrow {
  readonly topic: string;
  /** How many partitions there are to be in the end, those that there are counted. */
  readonly partitions: number;
  /** Node ids of the replicas of each new partition, the preferred leader first. Default: the cluster chooses. */
  readonly assignments?: readonly (readonly number[])[];
}

/** Which topics to give more partitions. */
export interface CreatePartitionsOptions extends OperationOptions {
  readonly topics: readonly TopicToGrow[];
  /** Whether to check only, and change nothing. Default false. */
  readonly validateOnly?: boolean;
}

/** What became of a topic that was to have more partitions. */
export interface GrownTopic extends ItemResult {
  readonly topic: string;
}

/**
 * Gives topics more partitions, each topic with a result of its own (CreatePartitions, KIP-195). There is no way to have fewer. Messages that
 * are there stay where they are, so a key may be in another partition from then on.
 */
export function createPartitions(options: CreatePartitionsOptions): Operation<readonly GrownTopic[]> {
  const read = new OptionReader("createPartitions", options, createPartitionsNames);
  const topics = read.list("topics", checkTopic, { nonEmpty: true, example: '[{ topic: "orders", partitions: 24 }]' });
  const validateOnly = read.boolean("validateOnly", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique(
    "createPartitions: topics",
    topics.map(({ topic }) => topic),
  );
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      const results = await grow(topics, validateOnly)(cluster, left());
      const grown = results.flatMap(({ topic, error }) => (error === undefined ? [topic] : []));
      if (!validateOnly && grown.length > 0) await learn(cluster, grown, left());
      return results;
    },
  };
}

function grow(
  topics: readonly TopicToGrow[],
  validateOnly: boolean,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly GrownTopic[]> {
  return perform({
    api: CreatePartitions,
    items: topics,
    route: controller,
    // A second request would be refused for what the first one has done: there are that many partitions already.
    repeatable: validateOnly,
    keyOf: ({ topic }) => topic,
    factsOf: ({ topic }) => ({ topic }),
    question: (items, { timeoutMs }) => ({
      topics: items.map(({ topic, partitions, assignments }) => ({
        name: topic,
        count: partitions,
        assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
      })),
      timeoutMs,
      validateOnly,
    }),
    answers: ({ results }) => results.map((answer) => [answer.name, answer] as const),
    succeeded: ({ topic }): GrownTopic => ({ topic }),
    failed: ({ topic }, error): GrownTopic => ({ topic, error }),
  });
}

/** Lets the producers and consumers of this client see the new partitions now. What cannot be read now is when it is used or has aged. */
async function learn(cluster: Cluster, topics: readonly string[], wait: OperationOptions): Promise<void> {
  try {
    await cluster.refreshTopics(topics, wait);
  } catch (error) {
    failureOfOne(error);
  }
}

function checkTopic(value: unknown, path: string): TopicToGrow {
  if (!isPlainObject(value))
    throw invalidArgument(`${path} must be an object such as { topic: "orders", partitions: 24 }.`);
  const read = new OptionReader<Partial<TopicToGrow>>(path, value, createPartitionsNames);
  const topic = read.text("topic");
  const partitions = read.integer("partitions", { min: 1, max: 2 ** 31 - 1 });
  const assignments = read.list("assignments", checkReplicas, { default: [] });
  read.done();
  return { topic, partitions, ...(assignments.length > 0 ? { assignments } : {}) };
}
