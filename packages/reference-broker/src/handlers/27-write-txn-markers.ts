import { ErrorCode, WriteTxnMarkers, writeTransactionMarker } from "@moldau/protocol-codec";
import type { WriteTxnMarkersRequest } from "@moldau/protocol-codec";
import { groupsTopic } from "../cluster/internal-topics.js";
import { minInsyncReplicas } from "../cluster/topic-settings.js";
import { LogError } from "../log/log-error.js";
import { handler, type RequestContext } from "../network/handler.js";
import { findLedPartition } from "../partitions/partition-lookup.js";
import { denialCode, theCluster } from "../security/access.js";
import type { EndMarker, MarkedPartition } from "../transactions/marker.js";

type RequestMarker = WriteTxnMarkersRequest["markers"][number];
type PartitionCode = MarkedPartition & { readonly errorCode: number };

/**
 * WriteTxnMarkers 1-2: a transaction's coordinator tells partitions how it ended.
 *
 * Each partition gets a control batch with an offset of its own and has a result of its own, given when all replicas in sync have it. In
 * `__consumer_offsets` the group's coordinator writes it, so that the offsets of the transaction are settled with it. The same marker again
 * is written again. Version 2 says under which `transaction.version` the transaction ended (KIP-1228), version 1 stands for 0.
 *
 * Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER (also for groups that are still being loaded), INVALID_PRODUCER_EPOCH,
 * TRANSACTION_COORDINATOR_FENCED, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR.
 * Difference from Apache Kafka: that never answers when none of the last marker's partitions are its own and some of an earlier one's are.
 */
export const writeTxnMarkers = handler({
  api: WriteTxnMarkers,
  versions: { min: 1, max: 2 },
  refuse: ({ markers }, { errorCode }) => ({ markers: refusals(markers, errorCode) }),
  authorize: (_request, { access }) =>
    denialCode(access, "alter", theCluster) === ErrorCode.NONE
      ? ErrorCode.NONE
      : denialCode(access, "clusterAction", theCluster),
  answer: async ({ markers }, context) => {
    // No batch can say so, and Apache Kafka, too, finds it only while it writes one.
    if (markers.some(({ producerEpoch }) => producerEpoch < 0))
      return { markers: refusals(markers, ErrorCode.UNKNOWN_SERVER_ERROR) };
    const written = await Promise.all(
      markers.map(async (marker): Promise<readonly [RequestMarker, readonly PartitionCode[]]> => {
        const codes = partitionsOf(marker).map(async (to) => ({
          ...to,
          errorCode: await write(endMarker(marker), to, context),
        }));
        return [marker, await Promise.all(codes)];
      }),
    );
    return { markers: answers(written.filter(([, codes]) => codes.length > 0)) };
  },
});

/** Writes a marker into a partition that this broker leads, and gives the error code. */
async function write(marker: EndMarker, to: MarkedPartition, { broker, clock }: RequestContext): Promise<number> {
  const { cluster, config, groups } = broker;
  const { topic: name, partition } = to;
  const found = findLedPartition(broker, { topic: cluster.topic(name), byId: false, partition });
  if (found.led === undefined) return found.errorCode;
  if (name === groupsTopic) return await groups.completeTransaction(partition, marker);
  const { led, state } = found;
  if (state.isr.length < minInsyncReplicas(cluster, { topic: name, replicas: state.replicas.length }, config))
    return ErrorCode.NOT_ENOUGH_REPLICAS;
  const { producerId, producerEpoch, coordinatorEpoch, isCommit, transactionVersion } = marker;
  const header = { producerId, producerEpoch, coordinatorEpoch, timestamp: clock.now() };
  const batch = writeTransactionMarker(isCommit ? "COMMIT" : "ABORT", header);
  try {
    const { lastOffset } = await led.append(batch, { origin: "coordinator", transactionVersion });
    await led.whenReplicated(lastOffset + 1n, { timeoutMs: config.number("request.timeout.ms") });
    return ErrorCode.NONE;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return error.errorCode;
  }
}

function endMarker(marker: RequestMarker): EndMarker {
  const { producerId, producerEpoch, coordinatorEpoch, transactionVersion, transactionResult: isCommit } = marker;
  return { producerId, producerEpoch, coordinatorEpoch, transactionVersion, isCommit };
}

function partitionsOf({ topics }: RequestMarker): readonly MarkedPartition[] {
  return topics.flatMap(({ name, partitionIndexes }) =>
    partitionIndexes.map((partition) => ({ topic: name, partition })),
  );
}

function refusals(markers: readonly RequestMarker[], errorCode: number) {
  return answers(markers.map((marker) => [marker, partitionsOf(marker).map((to) => ({ ...to, errorCode }))]));
}

/** The answer's markers: one for each producer, with each partition once, as Apache Kafka gathers them. */
function answers(written: readonly (readonly [RequestMarker, readonly PartitionCode[]])[]) {
  const producers = new Map<bigint, Map<string, Map<number, number>>>();
  for (const [{ producerId }, codes] of written) {
    const topics = producers.get(producerId) ?? new Map<string, Map<number, number>>();
    producers.set(producerId, topics);
    for (const { topic, partition, errorCode } of codes) {
      const partitions = topics.get(topic) ?? new Map<number, number>();
      topics.set(topic, partitions.set(partition, errorCode));
    }
  }
  return Array.from(producers, ([producerId, topics]) => ({
    producerId,
    topics: Array.from(topics, ([name, partitions]) => ({
      name,
      partitions: Array.from(partitions, ([partitionIndex, errorCode]) => ({ partitionIndex, errorCode })),
    })),
  }));
}
