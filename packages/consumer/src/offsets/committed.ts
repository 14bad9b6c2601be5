import { ErrorCode, OffsetFetch, type OffsetFetchResponse } from "@moldau/protocol-codec";
import { newestOffsetsVersion } from "../apis.js";
import type { GroupCoordinator } from "../membership/coordinator.js";
import { groupByTopic, partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** What the coordinator keeps for a partition. */
export interface CommittedOffset {
  readonly offset: bigint;
  /** Epoch of the leader when it was committed, -1 when unknown. */
  readonly leaderEpoch: number;
}

/**
 * Asks for the offsets that a group has committed; partitions for which it has none are left out. Waits at the coordinator
 * for transactions that are about to commit offsets (KIP-447).
 *
 * @throws {KafkaError} when the coordinator refuses or cannot be asked; one attempt is made.
 */
export async function fetchCommitted(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[],
  { signal, timeoutMs }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
): Promise<Map<string, CommittedOffset>> {
  const { groupId } = coordinator;
  const topics = [...groupByTopic(partitions)].map(([name, group]) => ({
    name,
    partitionIndexes: group.map(({ partition }) => partition),
  }));
  const answer = await coordinator.request(
    OffsetFetch,
    (version) => ({
      ...(version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics }),
      requireStable: version >= 7,
    }),
    { lane: "offsets", signal, timeoutMs, maxVersion: newestOffsetsVersion },
  );
  const committed = new Map<string, CommittedOffset>();
  for (const { name, partitions: answers } of topicsOf(answer, coordinator)) {
    for (const { partitionIndex, errorCode, committedOffset, committedLeaderEpoch } of answers) {
      // A topic that was deleted has no commits; a new one of that name starts like any other.
      if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) continue;
      coordinator.check(errorCode, OffsetFetch, { topic: name, partition: partitionIndex });
      if (committedOffset >= 0n)
        committed.set(partitionKey(name, partitionIndex), {
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
        });
    }
  }
  return committed;
}

/** Since version 8 the answer is a list of groups (KIP-709). */
function topicsOf(answer: OffsetFetchResponse, coordinator: GroupCoordinator): OffsetFetchResponse["topics"] {
  const group = answer.groups.find(({ groupId }) => groupId === coordinator.groupId);
  coordinator.check(group?.errorCode ?? answer.errorCode, OffsetFetch);
  return group?.topics ?? answer.topics;
}
