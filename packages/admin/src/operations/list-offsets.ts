import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, ListOffsets, type RequestInputOf } from "@moldau/protocol-codec";
import type { ItemResult } from "../routing/item-result.js";
import { leader, type NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions, tooOld } from "./arguments.js";
import { listOffsetsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";
import { byTopic, eachPartition, partitionKey, partitionReader, readPartition } from "./partition-items.js";
import { notEmpty, readSelection, select } from "./selection.js";

/**
 * The place in a partition: its beginning, its end, the record with the largest timestamp (brokers from 3.0 on), or the first record with at
 * least this timestamp (a Date, or milliseconds since 1970).
 */
export type OffsetSpec = "earliest" | "latest" | "maxTimestamp" | Date | number;

/** A partition and the place in it. */
export interface PartitionToList extends NamedPartition {
  /** The place in this partition. Default: the call's `at`. */
  readonly at?: OffsetSpec;
}

/** Which offsets to list: of whole topics, of single partitions, or of both. */
export interface ListOffsetsOptions extends OperationOptions {
  /** Names of topics of which to list all partitions. Default: none. */
  readonly topics?: readonly string[];
  /** Single partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly PartitionToList[];
  /** The place in every partition that says none of its own. Default `"latest"`. */
  readonly at?: OffsetSpec;
  /** Whether `"latest"` is the end of what is committed, or of all that was written. Default `"read_uncommitted"`. */
  readonly isolationLevel?: "read_uncommitted" | "read_committed";
}

/** The offset of a place in a partition. */
export interface ListedOffset extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were asked for and the topic could not be read. */
  readonly partition: number;
  /** Absent on failure, and where no record is that young. */
  readonly offset?: bigint;
  /** The record's timestamp in milliseconds since 1970; absent where no record was looked for. */
  readonly timestamp?: number;
  /** The epoch of the leader that wrote there; absent on failure and from brokers before 2.1. */
  readonly leaderEpoch?: number;
}

/**
 * Lists offsets of partitions at their leaders, each with a result of its own (ListOffsets); a topic that does not exist is created nowhere.
 * Those of whole topics come first, in the order of the topics and of the numbers; topics that could not be read come last.
 */
export function listOffsets(options: ListOffsetsOptions): Operation<readonly ListedOffset[]> {
  const read = new OptionReader("listOffsets", options, listOffsetsNames);
  const selection = readSelection(read, { subject: "listOffsets", checkPartition: checkPlace });
  const at = read.custom<OffsetSpec, OffsetSpec>("at", places, checkSpec, { default: "latest" });
  const isolation = read.choice("isolationLevel", isolationLevels, { default: isolationLevels[0] });
  const wait = operationOptions(read);
  read.done();
  notEmpty("listOffsets", selection);
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      const { partitions, failed } = await select<PartitionToList>(selection, cluster, left());
      const placed = partitions.map((each) => ({ at, ...each }));
      return [...(await offsetsAt(placed, isolation)(cluster, left())), ...failed];
    },
  };
}

/** Whether what is not decided yet counts. */
export type Isolation = (typeof isolationLevels)[number];

/** In the order of their numbers in the request. */
export const isolationLevels = ["read_uncommitted", "read_committed"] as const;

/** A partition of which the place is known. */
export interface PlacedPartition extends NamedPartition {
  readonly at: OffsetSpec;
}

/** Asks the leaders of partitions for the offsets of places in them. */
export function offsetsAt(
  partitions: readonly PlacedPartition[],
  isolation: Isolation,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly ListedOffset[]> {
  return perform({
    api: ListOffsets,
    items: partitions,
    route: leader,
    repeatable: true,
    doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    keyOf: ({ topic, partition }) => partitionKey(topic, partition),
    factsOf: ({ topic, partition }) => ({ topic, partition }),
    question: (items, { version, timeoutMs }) => ({
      replicaId: -1,
      isolationLevel: isolationLevels.indexOf(isolation),
      topics: toRequest(items, version),
      timeoutMs,
    }),
    answers: ({ topics }) => eachPartition(topics),
    succeeded: ({ topic, partition }, { offset, timestamp, leaderEpoch }): ListedOffset => ({
      topic,
      partition,
      ...(offset < 0n ? {} : { offset }),
      ...(timestamp < 0n ? {} : { timestamp: Number(timestamp) }),
      ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
    }),
    failed: ({ topic, partition }, error): ListedOffset => ({ topic, partition, error }),
  });
}

/** What {@link checkSpec} takes, in the words of an error. */
export const places = '"earliest", "latest", "maxTimestamp", a Date, or milliseconds since 1970';

/** Takes a place in a partition, and gives undefined for anything else. */
export function checkSpec(value: unknown): OffsetSpec | undefined {
  if (value === "earliest" || value === "latest" || value === "maxTimestamp") return value;
  const time = value instanceof Date ? value.getTime() : value;
  return typeof time === "number" && Number.isSafeInteger(time) && time >= 0 ? time : undefined;
}

function checkPlace(value: unknown, path: string): PartitionToList {
  const read = partitionReader<PartitionToList>(value, path, {
    example: '{ topic: "orders", partition: 0, at: "latest" }',
    otherNames: listOffsetsNames,
  });
  const named = readPartition(read);
  const at = read.custom("at", places, checkSpec, { default: null });
  read.done();
  return at === null ? named : { ...named, at };
}

type TopicRequest = NonNullable<RequestInputOf<typeof ListOffsets>["topics"]>[number];

function toRequest(items: readonly PlacedPartition[], version: number): readonly TopicRequest[] {
  return Array.from(byTopic(items), ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, at }) => ({
      partitionIndex: partition,
      timestamp: timestampOf(at, version),
    })),
  }));
}

/** Places that are no times have negative numbers (KIP-79, KIP-734). */
function timestampOf(at: OffsetSpec, version: number): bigint {
  if (at === "latest") return -1n;
  if (at === "earliest") return -2n;
  if (at !== "maxTimestamp") return BigInt(Number(at));
  if (version >= 7) return -3n;
  throw tooOld(ListOffsets, 'at: "maxTimestamp"', "3.0");
}
