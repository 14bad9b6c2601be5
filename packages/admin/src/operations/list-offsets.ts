import { invalidArgument, isPlainObject, OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, ListOffsets, type RequestInputOf } from "@moldau/protocol-codec";
import type { ItemResult } from "../routing/item-result.js";
import { leader } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

/**
 * The place in a partition: its beginning, its end, the record with the largest timestamp (brokers from 3.0 on), or the first record with at
 * least this timestamp (a Date, or milliseconds since 1970).
 */
export type OffsetSpec = "earliest" | "latest" | "maxTimestamp" | Date | number;

/** A partition and the place in it. */
export interface PartitionToList {
  readonly topic: string;
  readonly partition: number;
  readonly at: OffsetSpec;
}

/** Which offsets to list. */
export interface ListOffsetsOptions extends OperationOptions {
  readonly partitions: readonly PartitionToList[];
  /** Whether `"latest"` is the end of what is committed, or of all that was written. Default `"read_uncommitted"`. */
  readonly isolationLevel?: "read_uncommitted" | "read_committed";
}

/** The offset of a place in a partition. */
export interface ListedOffset extends ItemResult {
  readonly topic: string;
  readonly partition: number;
  /** Absent on failure, and where no record is that young. */
  readonly offset?: bigint;
  /** The record's timestamp in milliseconds since 1970; absent where no record was looked for. */
  readonly timestamp?: number;
  /** The epoch of the leader that wrote there; absent on failure and from brokers before 2.1. */
  readonly leaderEpoch?: number;
}

/** Lists offsets of partitions at their leaders, each with a result of its own (ListOffsets); a topic that does not exist is created nowhere. */
export function listOffsets(options: ListOffsetsOptions): Operation<readonly ListedOffset[]> {
  const read = new OptionReader("listOffsets", options);
  const partitions = read.list("partitions", checkPartition, { nonEmpty: true });
  const isolation = read.choice("isolationLevel", isolationLevels, { default: isolationLevels[0] });
  const wait = operationOptions(read);
  read.done();
  unique(
    "listOffsets: partitions",
    partitions.map(({ topic, partition }) => keyOf(topic, partition)),
  );
  return {
    wait,
    run: perform({
      api: ListOffsets,
      items: partitions,
      route: leader,
      repeatable: true,
      keyOf: ({ topic, partition }) => keyOf(topic, partition),
      factsOf: ({ topic, partition }) => ({ topic, partition }),
      question: (items, { version, timeoutMs }) => ({
        replicaId: -1,
        isolationLevel: isolationLevels.indexOf(isolation),
        topics: byTopic(items, version),
        timeoutMs,
      }),
      *answers(response) {
        for (const { name: topic, partitions: all } of response.topics)
          for (const answer of all) yield [keyOf(topic, answer.partitionIndex), answer] as const;
      },
      succeeded: ({ topic, partition }, { offset, timestamp, leaderEpoch }): ListedOffset => ({
        topic,
        partition,
        ...(offset < 0n ? {} : { offset }),
        ...(timestamp < 0n ? {} : { timestamp: Number(timestamp) }),
        ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
      }),
      failed: ({ topic, partition }, error): ListedOffset => ({ topic, partition, error }),
    }),
  };
}

/** In the order of their numbers in the request. */
const isolationLevels = ["read_uncommitted", "read_committed"] as const;

function checkPartition(value: unknown, path: string): PartitionToList {
  if (!isPlainObject(value))
    throw invalidArgument(`${path} must be an object such as { topic: "orders", partition: 0, at: "latest" }.`);
  const read = new OptionReader<Partial<PartitionToList>>(path, value);
  const topic = read.text("topic");
  const partition = read.integer("partition", { min: 0, max: 2 ** 31 - 1 });
  const at = read.custom("at", '"earliest", "latest", "maxTimestamp", a Date, or milliseconds since 1970', checkSpec);
  read.done();
  return { topic, partition, at };
}

function checkSpec(value: unknown): OffsetSpec | undefined {
  if (value === "earliest" || value === "latest" || value === "maxTimestamp") return value;
  const time = value instanceof Date ? value.getTime() : value;
  return typeof time === "number" && Number.isSafeInteger(time) && time >= 0 ? time : undefined;
}

function keyOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

type TopicRequest = NonNullable<RequestInputOf<typeof ListOffsets>["topics"]>[number];

function byTopic(items: readonly PartitionToList[], version: number): readonly TopicRequest[] {
  const topics = new Map<string, NonNullable<TopicRequest["partitions"]>[number][]>();
  for (const { topic, partition, at } of items) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partitionIndex: partition, timestamp: timestampOf(at, version) });
    topics.set(topic, partitions);
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }));
}

/** Places that are no times have negative numbers (KIP-79, KIP-734). */
function timestampOf(at: OffsetSpec, version: number): bigint {
  if (at === "latest") return -1n;
  if (at === "earliest") return -2n;
  if (at !== "maxTimestamp") return BigInt(Number(at));
  if (version >= 7) return -3n;
  throw kafkaError(ErrorCode.UNSUPPORTED_VERSION, { apiKey: ListOffsets.key, apiName: ListOffsets.name });
}
