import type { ClusterAccess } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, OffsetForLeaderEpoch } from "@moldau/protocol-codec";
import { groupByTopic, partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** A leader epoch of which the end is to be found. */
export interface EpochQuestion extends TopicPartition {
  readonly epoch: number;
  /** The leader's epoch as the metadata has it: another leader does not answer. */
  readonly leaderEpoch: number;
}

/** Where the epoch, or the last one before it that the leader has, ends. Both are -1 when it has none. */
export interface EpochEnd {
  readonly leaderEpoch: number;
  readonly endOffset: bigint;
  /** Kafka's error number, 0 for none. */
  readonly errorCode: number;
}

/**
 * Asks one broker where leader epochs end in the logs of partitions that it leads (OffsetForLeaderEpoch).
 *
 * @throws {KafkaError} when the broker cannot be asked, UNSUPPORTED_VERSION before Kafka 2.3 among others; one attempt is made.
 */
export async function epochEnds(
  cluster: Pick<ClusterAccess, "options" | "requestOnce">,
  node: number,
  { questions, signal }: { readonly questions: readonly EpochQuestion[]; readonly signal: AbortSignal },
): Promise<Map<string, EpochEnd>> {
  const topics = [...groupByTopic(questions)].map(([topic, group]) => ({
    topic,
    partitions: group.map(({ partition, epoch, leaderEpoch }) => ({
      partition,
      currentLeaderEpoch: leaderEpoch,
      leaderEpoch: epoch,
    })),
  }));
  const answer = await cluster.requestOnce(
    OffsetForLeaderEpoch,
    (version) => {
      if (version < firstVersionForConsumers) throw kafkaError(ErrorCode.UNSUPPORTED_VERSION);
      return { replicaId: consumers, topics };
    },
    { node, signal, timeoutMs: cluster.options.requestTimeoutMs },
  );
  return new Map(
    answer.topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, ...end }) => [partitionKey(topic, partition), end] as const),
    ),
  );
}

/** In the place of a follower's node id. */
const consumers = -1;

/** Before it the right to read was not enough: it was the brokers' own (Kafka 2.3). */
const firstVersionForConsumers = 3;
