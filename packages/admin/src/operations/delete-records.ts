import { invalidArgument, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { DeleteRecords, ErrorCode } from "@moldau/protocol-codec";
import type { ItemResult } from "../routing/item-result.js";
import { leader, type NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions } from "./arguments.js";
import { deleteRecordsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";
import { byTopic, eachPartition, partitionKey, partitionReader, readPartition } from "./partition-items.js";
import { notEmpty, readSelection, select } from "./selection.js";

/** The offset before which everything is deleted, or `"latest"` for all that there is, up to what every replica in sync has. */
export type DeleteBefore = bigint | "latest";

/** A partition and what to delete of it. */
export interface PartitionToTruncate extends NamedPartition {
  /** Where this partition shall begin. Default: the call's `before`. */
  readonly before?: DeleteBefore;
}

/** What to delete: of whole topics, of single partitions, or of both. */
export interface DeleteRecordsOptions extends OperationOptions {
  /** Names of topics of which to truncate all partitions. Default: none. */
  readonly topics?: readonly string[];
  /** Single partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly PartitionToTruncate[];
  /** Where every partition shall begin that says nothing of its own. Default: none, and each has to say. */
  readonly before?: DeleteBefore;
}

/** What became of a partition to truncate. */
export interface TruncatedPartition extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were meant and the topic could not be read. */
  readonly partition: number;
  /** Where the partition begins now; absent on failure. */
  readonly earliestOffset?: bigint;
}

/**
 * Deletes the beginning of partitions, at their leaders, each with a result of its own (DeleteRecords, KIP-107). Consumers that stand before the
 * new beginning go on by their `startFrom`.
 */
export function deleteRecords(options: DeleteRecordsOptions): Operation<readonly TruncatedPartition[]> {
  const read = new OptionReader("deleteRecords", options, deleteRecordsNames);
  const selection = readSelection(read, { subject: "deleteRecords", checkPartition: checkCut });
  const before = read.custom("before", cuts, checkBefore, { default: null });
  const wait = operationOptions(read);
  read.done();
  notEmpty("deleteRecords", selection);
  const cutOf = ({ before: own = before ?? undefined }: Partial<PartitionToTruncate>): DeleteBefore => {
    if (own !== undefined) return own;
    throw invalidArgument(`deleteRecords: before is missing: say where partitions shall begin, by ${cuts}.`);
  };
  // Where something is deleted nothing is taken for granted: all is said now, or nothing is done.
  [...selection.partitions, ...selection.topics.map(() => ({}))].forEach(cutOf);
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      const { partitions, failed } = await select<PartitionToTruncate>(selection, cluster, left());
      const items = partitions.map((each) => ({ ...each, before: cutOf(each) }));
      return [...(await truncate(items)(cluster, left())), ...failed];
    },
  };
}

function truncate(
  partitions: readonly Required<PartitionToTruncate>[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly TruncatedPartition[]> {
  return perform({
    api: DeleteRecords,
    items: partitions,
    route: leader,
    // What is deleted up to an offset may be deleted up to it again; the high watermark of a second time may be another one.
    repeatable: true,
    doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    keyOf: ({ topic, partition }) => partitionKey(topic, partition),
    factsOf: ({ topic, partition }) => ({ topic, partition }),
    question: (items, { timeoutMs }) => ({
      topics: Array.from(byTopic(items), ([name, cut]) => ({
        name,
        partitions: cut.map(({ partition: partitionIndex, before }) => ({
          partitionIndex,
          offset: before === "latest" ? highWatermark : before,
        })),
      })),
      timeoutMs,
    }),
    answers: ({ topics }) => eachPartition(topics),
    succeeded: ({ topic, partition }, { lowWatermark }): TruncatedPartition => ({
      ...{ topic, partition, earliestOffset: lowWatermark },
    }),
    failed: ({ topic, partition }, error): TruncatedPartition => ({ topic, partition, error }),
  });
}

/** What stands for it in a request. */
const highWatermark = -1n;

const cuts = 'a bigint such as 100n, or "latest"';

function checkBefore(value: unknown): DeleteBefore | undefined {
  if (value === "latest") return value;
  return typeof value === "bigint" && value >= 0n && value < 2n ** 63n ? value : undefined;
}

function checkCut(value: unknown, path: string): PartitionToTruncate {
  const read = partitionReader<PartitionToTruncate>(value, path, {
    example: '{ topic: "orders", partition: 0, before: 100n }',
    otherNames: deleteRecordsNames,
  });
  const named = readPartition(read);
  const before = read.custom("before", cuts, checkBefore, { default: null });
  read.done();
  return before === null ? named : { ...named, before };
}
