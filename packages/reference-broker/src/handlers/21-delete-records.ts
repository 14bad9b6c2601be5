import { DeleteRecords, ErrorCode } from "@moldau/protocol-codec";
import type { DeleteRecordsRequest, DeleteRecordsResponsePartition } from "@moldau/protocol-codec";
import { configResource } from "../cluster/state.js";
import { logConfigOf } from "../cluster/topic-settings.js";
import { handler } from "../network/handler.js";
import { LogError } from "../log/log-error.js";
import type { BrokerNode } from "../cluster/node.js";
import { eachPartitionOnce } from "../partitions/each-partition-once.js";
import { findLedPartition } from "../partitions/partition-lookup.js";

/**
 * DeleteRecords 0-2: lets a partition begin at a later offset; -1 stands for the high watermark.
 *
 * Each partition has a result of its own, with the new beginning. Behind the high watermark is OFFSET_OUT_OF_RANGE; Kafka's own topics
 * cannot be cut (INVALID_TOPIC_EXCEPTION), nor topics that are compacted only (POLICY_VIOLATION). The new beginning is on disk before the
 * answer, where Apache Kafka writes it within a minute.
 */
export const deleteRecords = handler({
  api: DeleteRecords,
  versions: { min: 0, max: 2 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => refused(partitionIndex, errorCode)),
    })),
  }),
  answer: async ({ topics }, { broker }) => {
    const answers = await Promise.all(
      eachOnce(topics).map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(({ partitionIndex, offset }) => cut(broker, name, { partitionIndex, offset })),
        ),
      })),
    );
    await broker.partitions.checkpoint();
    return { topics: answers };
  },
});

/** Every partition once, with what was asked of it last. */
function eachOnce(topics: DeleteRecordsRequest["topics"]): DeleteRecordsRequest["topics"] {
  return eachPartitionOnce(topics, {
    keyOf: ({ name }) => name,
    itemsOf: ({ partitions }) => partitions,
    numberOf: ({ partitionIndex }) => partitionIndex,
    having: (topic, partitions) => ({ ...topic, partitions }),
  });
}

async function cut(
  broker: BrokerNode,
  name: string,
  { partitionIndex, offset }: { partitionIndex: number; offset: bigint },
): Promise<DeleteRecordsResponsePartition> {
  const found = findLedPartition(broker, { topic: broker.cluster.topic(name), byId: false, partition: partitionIndex });
  if (found.led === undefined) return refused(partitionIndex, found.errorCode);
  if (found.topic.isInternal) return refused(partitionIndex, ErrorCode.INVALID_TOPIC_EXCEPTION);
  if (!logConfigOf(broker.cluster.configs(configResource.topic, name), broker.config).isDeleted)
    return refused(partitionIndex, ErrorCode.POLICY_VIOLATION);
  if (offset < -1n) return refused(partitionIndex, ErrorCode.OFFSET_OUT_OF_RANGE);
  try {
    return { partitionIndex, errorCode: ErrorCode.NONE, lowWatermark: await found.led.deleteBefore(offset) };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return refused(partitionIndex, error.errorCode);
  }
}

function refused(partitionIndex: number, errorCode: number): DeleteRecordsResponsePartition {
  return { partitionIndex, errorCode, lowWatermark: -1n };
}
