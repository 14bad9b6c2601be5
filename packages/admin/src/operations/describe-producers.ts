import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { DescribeProducers, ErrorCode, type DescribeProducersResponse } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import { brokerOf } from "../routing/given-broker.js";
import type { ItemResult } from "../routing/item-result.js";
import { leader, type NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions } from "./arguments.js";
import type { Operation } from "./operation.js";
import { byTopic, checkPartition, eachPartition, partitionKey } from "./partition-items.js";
import { notEmpty, readSelection, select } from "./selection.js";

/** Of which partitions to describe the producers: of whole topics, of single partitions, or of both. */
export interface DescribeProducersOptions extends OperationOptions {
  /** Names of topics of which to describe all partitions. Default: none. */
  readonly topics?: readonly string[];
  /** Single partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly NamedPartition[];
  /** Node id of a broker that holds a replica of all of them, and is asked in place of the leaders. Default: the leaders are. */
  readonly broker?: number;
}

/** The producers of a partition at one moment. */
export interface PartitionProducers extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were asked for and the topic could not be read. */
  readonly partition: number;
  /** The idempotent and transactional producers that the partition remembers; empty on failure. */
  readonly producers: readonly ActiveProducer[];
}

/** What a partition remembers of a producer, so that it writes nothing of it twice and ends its transactions. */
export interface ActiveProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence number of its last record; -1 when it has written none in this epoch. */
  readonly lastSequence: number;
  /** The timestamp of what it wrote last, in milliseconds since 1970. */
  readonly lastTimestamp: number;
  /** The epoch of the coordinator that ended its last transaction here; absent where none has ended yet. */
  readonly coordinatorEpoch?: number;
  /** The first offset of its open transaction; absent where none is open. */
  readonly transactionStartOffset?: bigint;
}

/**
 * Describes which producers have written to partitions lately and whose transactions are open there, at the leaders or at one broker, each
 * partition with a result of its own (DescribeProducers, KIP-664). Plain producers without idempotence leave no trace.
 */
export function describeProducers(options: DescribeProducersOptions): Operation<readonly PartitionProducers[]> {
  const read = new OptionReader("describeProducers", options);
  const selection = readSelection(read, { subject: "describeProducers", checkPartition });
  const broker = read.integer("broker", { min: 0, max: 2 ** 31 - 1, default: null }) ?? undefined;
  const wait = operationOptions(read);
  read.done();
  notEmpty("describeProducers", selection);
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      const { partitions, failed } = await select(selection, cluster, left());
      const found = await producersOf(partitions, broker)(cluster, left());
      return [...found, ...failed.map((each) => ({ ...each, producers: [] }))];
    },
  };
}

/** Asks the leaders of partitions, or one broker about all of them, for their producers. */
export function producersOf(
  partitions: readonly NamedPartition[],
  broker?: number,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly PartitionProducers[]> {
  return perform({
    api: DescribeProducers,
    items: partitions,
    route: broker === undefined ? leader : brokerOf<NamedPartition>(() => broker),
    repeatable: true,
    doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    itemsPerRequest: () => partitionsPerRequest,
    keyOf: ({ topic, partition }) => partitionKey(topic, partition),
    factsOf: ({ topic, partition }) => ({ topic, partition }),
    question: (items) => ({
      topics: Array.from(byTopic(items), ([name, some]) => ({
        name,
        partitionIndexes: some.map(({ partition }) => partition),
      })),
    }),
    answers: ({ topics }) => eachPartition(topics),
    succeeded: ({ topic, partition }, { activeProducers }): PartitionProducers => ({
      topic,
      partition,
      producers: activeProducers.map(described),
    }),
    failed: ({ topic, partition }, error): PartitionProducers => ({ topic, partition, producers: [], error }),
  });
}

/** A partition may remember thousands of producers: so many partitions are asked for at once that an answer stays small. */
const partitionsPerRequest = 500;

type ActiveProducerAnswer =
  DescribeProducersResponse["topics"][number]["partitions"][number]["activeProducers"][number];

function described({
  producerId,
  producerEpoch,
  lastSequence,
  lastTimestamp,
  coordinatorEpoch,
  currentTxnStartOffset,
}: ActiveProducerAnswer): ActiveProducer {
  return withJson({
    ...{ producerId, producerEpoch, lastSequence, lastTimestamp: Number(lastTimestamp) },
    ...(coordinatorEpoch < 0 ? {} : { coordinatorEpoch }),
    ...(currentTxnStartOffset < 0n ? {} : { transactionStartOffset: currentTxnStartOffset }),
  });
}
