import { invalidArgument, type Cluster, type OperationOptions, type OptionReader } from "@moldau/connection-pool";
import { ErrorCode, Metadata, type KafkaError } from "@moldau/protocol-codec";
import { anyBroker } from "../routing/any-broker.js";
import type { ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { checkName, unique } from "./arguments.js";
import { partitionKey } from "./partition-items.js";

/** Partitions that an operation is about: all of some topics, and others by name. */
export interface Selection<Named extends NamedPartition = NamedPartition> {
  /** Topics of which all partitions are meant. */
  readonly topics: readonly string[];
  /** Single partitions of other topics. */
  readonly partitions: readonly Named[];
}

/** What a selection came to once the topics' partitions were known. */
export interface Selected<Named extends NamedPartition> {
  /** The partitions: first those of whole topics, in the order of the topics, then those that were named. */
  readonly partitions: readonly (Named | NamedPartition)[];
  /** A result for each whole topic of which the partitions could not be learnt; its partition is -1. */
  readonly failed: readonly (NamedPartition & { readonly error: KafkaError })[];
}

/** Options that select partitions. */
interface SelectingOptions {
  readonly topics?: readonly string[];
  readonly partitions?: readonly NamedPartition[];
}

/** Reads `topics` and `partitions`. @throws {KafkaError} CLIENT_INVALID_ARGUMENT for what is wrong, is named twice, or selects nothing. */
export function readSelection<Options extends SelectingOptions, Named extends NamedPartition>(
  read: OptionReader<Options>,
  { subject, checkPartition }: { subject: string; checkPartition: (value: unknown, path: string) => Named },
): Selection<Named> {
  const topics = read.list("topics", checkName, { default: [], example: '["orders"]' });
  const partitions = read.list("partitions", checkPartition, { default: [] });
  unique(`${subject}: topics`, topics);
  unique(
    `${subject}: partitions`,
    partitions.map(({ topic, partition }) => partitionKey(topic, partition)),
  );
  const whole = new Set(topics);
  const both = partitions.find(({ topic }) => whole.has(topic));
  if (both)
    throw invalidArgument(
      `${subject}: "${both.topic}" stands in topics, which means all of its partitions, and in partitions.`,
    );
  return { topics, partitions };
}

/** Whether nothing was selected. */
export function isEmptySelection({ topics, partitions }: Selection): boolean {
  return topics.length + partitions.length === 0;
}

/** Refuses a selection of nothing. @throws {KafkaError} CLIENT_INVALID_ARGUMENT. */
export function notEmpty(subject: string, selection: Selection): void {
  if (!isEmptySelection(selection)) return;
  throw invalidArgument(
    `${subject}: name topics, such as ["orders"], for all of their partitions, or partitions, such as [{ topic: "orders", partition: 0 }].`,
  );
}

/** Learns which partitions the whole topics of a selection have at this moment. @throws {KafkaError} when no broker could be asked. */
export async function select<Named extends NamedPartition>(
  { topics, partitions }: Selection<Named>,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<Selected<Named>> {
  if (topics.length === 0) return { partitions, failed: [] };
  const found = await readPartitions(topics)(cluster, wait);
  const whole = found.flatMap(({ topic, numbers }) =>
    numbers.map((partition): NamedPartition => ({ topic, partition })),
  );
  const failed = found.flatMap(({ topic, error }) => (error === undefined ? [] : [{ topic, partition: -1, error }]));
  return { partitions: [...whole, ...partitions], failed };
}

/** Which partitions a topic has. */
interface TopicPartitions extends ItemResult {
  readonly topic: string;
  readonly numbers: readonly number[];
}

/** Asks a broker, past what the cluster remembers: a topic may have grown meanwhile. */
function readPartitions(
  topics: readonly string[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly TopicPartitions[]> {
  return perform({
    api: Metadata,
    items: topics,
    route: anyBroker,
    repeatable: true,
    refusals: new Set([ErrorCode.LEADER_NOT_AVAILABLE]),
    doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    keyOf: (topic) => topic,
    factsOf: (topic) => ({ topic }),
    question: (names, { version }) => ({
      topics: names.map((name) => ({ name })),
      ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
    }),
    whole: (response) => response,
    answers: (response) => response.topics.map((answer) => [answer.name ?? "", answer] as const),
    succeeded: (topic, { partitions }): TopicPartitions => ({
      topic,
      numbers: partitions.map(({ partitionIndex }) => partitionIndex).toSorted((left, right) => left - right),
    }),
    failed: (topic, error): TopicPartitions => ({ topic, numbers: [], error }),
  });
}
