import type { Coordinator } from "@moldau/connection-pool";
import { OffsetCommit } from "@moldau/protocol-codec";
import { newestOffsetsVersion } from "../apis.js";
import type { MemberIdentity } from "../membership/membership.js";
import { groupByTopic, partitionKey, type TopicPartitionOffset } from "../partitions/topic-partition.js";

/** What a commit says of one partition. */
export interface CommittableOffset extends TopicPartitionOffset {
  /** Epoch of the leader that the last message before it came from, -1 when unknown. */
  readonly leaderEpoch: number;
  /** A text that is kept with the offset. */
  readonly metadata: string;
}

/**
 * Asks the coordinator to keep offsets (OffsetCommit), as the member of one round. The answer is Kafka's error number for
 * each partition, by its key; 0 where the offset is kept.
 *
 * @throws {KafkaError} when the coordinator cannot be asked; one attempt is made.
 */
export async function commitOffsets(
  coordinator: Coordinator,
  offsets: readonly CommittableOffset[],
  {
    identity,
    signal,
    timeoutMs,
  }: { readonly identity: MemberIdentity; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<Map<string, number>> {
  const { key: groupId } = coordinator;
  const { memberId, generationId, groupInstanceId } = identity;
  const topics = [...groupByTopic(offsets)].map(([name, group]) => ({
    name,
    partitions: group.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  }));
  const body = { groupId, generationIdOrMemberEpoch: generationId, memberId, topics };
  const answer = await coordinator.request(
    OffsetCommit,
    (version) => (version >= 7 ? { ...body, groupInstanceId } : body),
    { purpose: "offsets", signal, timeoutMs, maxVersion: newestOffsetsVersion },
  );
  return new Map(
    answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode }) => [partitionKey(name, partitionIndex), errorCode] as const),
    ),
  );
}
