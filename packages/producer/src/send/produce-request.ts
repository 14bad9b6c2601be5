import type { Cluster } from "@moldau/connection-pool";
import { Produce, Uuid, type ProduceResponseTopic } from "@moldau/protocol-codec";
import type { PartitionAnswer, Shipment } from "./delivery.js";
import type { ProduceBody, ProduceConnection } from "../producer-cluster.js";
import type { Lane } from "../batch/lane.js";

/** Roughly what a batch adds to a request besides itself, and what a request has around its batches. */
export const overheadBytes = 64;

/** From this version on topics go by their ids (KIP-516). */
const topicIdVersion = 13;

/** How a request is put together. */
export interface ProduceRequestOptions {
  /** What its batches have in common. */
  readonly lane: Pick<Lane, "acks" | "transactionalId">;
  /** How long the broker may wait for the replicas, in milliseconds. */
  readonly timeoutMs: number;
  /** The newest version that may be used; undefined for any. */
  readonly maxVersion: number | undefined;
}

/** A request ready to be sent, and the key to its answer. */
export interface ProduceRequestPlan {
  readonly version: number;
  readonly body: ProduceBody;
  /** The shipment that an answered partition is about. */
  readonly find: (topic: ProduceResponseTopic, partition: PartitionAnswer) => Shipment | undefined;
}

/**
 * Puts batches into one Produce request; their bytes are referred to, not copied.
 *
 * @throws {KafkaError} UNSUPPORTED_VERSION when the broker speaks no version that has record batches of magic 2.
 */
export function planProduceRequest(
  shipments: readonly Shipment[],
  { connection, cluster }: { readonly connection: ProduceConnection; readonly cluster: Pick<Cluster, "cachedTopic"> },
  { lane: { acks, transactionalId }, timeoutMs, maxVersion }: ProduceRequestOptions,
): ProduceRequestPlan {
  const topics = new Map<string, { readonly topicId: Uuid; readonly byPartition: Map<number, Shipment> }>();
  for (const shipment of shipments) {
    const { topic: name, partition } = shipment.batch;
    const known = topics.get(name);
    if (known) known.byPartition.set(partition, shipment);
    else {
      const topicId = cluster.cachedTopic(name)?.topicId ?? Uuid.zero;
      topics.set(name, { topicId, byPartition: new Map([[partition, shipment]]) });
    }
  }
  const hasIds = [...topics.values()].every(({ topicId }) => !topicId.isZero);
  const max = hasIds ? maxVersion : Math.min(maxVersion ?? topicIdVersion, topicIdVersion - 1);
  const version = connection.versionOf(Produce, max === undefined ? {} : { max });
  const topicData = [...topics].map(([name, { topicId, byPartition }]) => ({
    ...(version < topicIdVersion ? { name } : { topicId }),
    partitionData: [...byPartition].map(([index, { batch }]) => ({ index, records: batch.records ?? null })),
  }));
  const names = new Map(
    [...topics].map(([name, { topicId }]) => [version < topicIdVersion ? name : topicId.toString(), name]),
  );
  return {
    version,
    body: { transactionalId, acks: acks === "all" ? -1 : acks, timeoutMs, topicData },
    find: ({ name, topicId }, { index }) => {
      const topic = names.get(version < topicIdVersion ? name : topicId.toString());
      return topic === undefined ? undefined : topics.get(topic)?.byPartition.get(index);
    },
  };
}
