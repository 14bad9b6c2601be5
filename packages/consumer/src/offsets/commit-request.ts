import type { Coordinator } from "@moldau/connection-pool";
import { OffsetCommit, type Uuid } from "@moldau/protocol-codec";
import type { MemberIdentity } from "../membership/membership.js";
import { partitionKey, type TopicPartitionOffset } from "../partitions/topic-partition.js";
import { namesById, newestVersionFor } from "./topic-ids.js";

/** What a commit says of one partition. */
export interface CommittableOffset extends TopicPartitionOffset {
  /** Epoch of the leader that the last message before it came from, -1 when unknown. */
  readonly leaderEpoch: number;
  /** A text that is kept with the offset. */
  readonly metadata: string;
  /** Id of the topic that was read, so that another one of the same name gets no commits of it; all zero when it is not known. */
  readonly topicId: Uuid;
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
  const topics = [...byTopicAndId(offsets)].map((group) => ({
    name: group[0].topic,
    topicId: group[0].topicId,
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
    { purpose: "offsets", signal, timeoutMs, maxVersion: newestVersionFor(topics) },
  );
  const nameOf = namesById(topics);
  return new Map(
    answer.topics.flatMap(({ name, topicId, partitions }) =>
      partitions.map(
        ({ partitionIndex, errorCode }) => [partitionKey(nameOf(name, topicId), partitionIndex), errorCode] as const,
      ),
    ),
  );
}

/** The offsets of each topic; another topic of the same name is another one. */
function byTopicAndId(offsets: readonly CommittableOffset[]): Iterable<[CommittableOffset, ...CommittableOffset[]]> {
  const groups = new Map<string, [CommittableOffset, ...CommittableOffset[]]>();
  for (const offset of offsets) {
    const key = `${offset.topic}/${offset.topicId.toString()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [offset]);
    else group.push(offset);
  }
  return groups.values();
}
