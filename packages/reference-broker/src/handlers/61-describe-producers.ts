import { DescribeProducers, ErrorCode, errorByCode } from "@moldau/protocol-codec";
import type { DescribeProducersResponse } from "@moldau/protocol-codec";
import { topicNameProblem } from "../cluster/topic-names.js";
import { handler, type RequestContext } from "../network/handler.js";
import { findLedPartition } from "../partitions/partition-lookup.js";
import { denialCode } from "../security/access.js";

type PartitionProducers = DescribeProducersResponse["topics"][number]["partitions"][number];

/**
 * DescribeProducers 0: what the leader of a partition knows of those who write to it: epoch, last sequence number, and where an open
 * transaction begins (KIP-664). Producers that were silent for `producer.id.expiration.ms` are not among them.
 *
 * Each partition has an error of its own: INVALID_TOPIC_EXCEPTION, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER.
 */
export const describeProducers = handler({
  api: DescribeProducers,
  versions: { min: 0, max: 0 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => refused(index, { errorCode, errorMessage: null })),
    })),
  }),
  answer: ({ topics }, context) => ({
    topics: topics.map(({ name, partitionIndexes }) => {
      const problem = topicProblem(name, context);
      return {
        name,
        partitions: partitionIndexes.map((index) =>
          problem === undefined ? producersOf(name, index, context) : refused(index, problem),
        ),
      };
    }),
  }),
});

interface Problem {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function topicProblem(name: string, { access, broker }: RequestContext): Problem | undefined {
  const invalid = topicNameProblem(name);
  if (invalid !== undefined) return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: invalid };
  const denied = denialCode(access, "read", { kind: "topic", name });
  const errorCode =
    denied === ErrorCode.NONE && broker.cluster.topic(name) === undefined
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : denied;
  return errorCode === ErrorCode.NONE ? undefined : { errorCode, errorMessage: errorByCode(errorCode).message };
}

function producersOf(name: string, partition: number, { broker }: RequestContext): PartitionProducers {
  const found = findLedPartition(broker, { topic: broker.cluster.topic(name), byId: false, partition });
  if (found.led === undefined) return refused(partition, { errorCode: found.errorCode, errorMessage: null });
  const activeProducers = found.led.producers.map((entry) => ({
    producerId: entry.producerId,
    producerEpoch: entry.producerEpoch,
    lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: BigInt(entry.lastTimestamp),
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: entry.currentTxnFirstOffset,
  }));
  return { partitionIndex: partition, errorCode: ErrorCode.NONE, errorMessage: null, activeProducers };
}

function refused(partitionIndex: number, { errorCode, errorMessage }: Problem): PartitionProducers {
  return { partitionIndex, errorCode, errorMessage, activeProducers: [] };
}
