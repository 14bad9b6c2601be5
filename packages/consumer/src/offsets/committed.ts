import type { Coordinator } from "@moldau/connection-pool";
import { OffsetFetch, type OffsetFetchResponse } from "@moldau/protocol-codec";
import { newestOffsetsVersion } from "../apis.js";
import { groupByTopic, partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** What the coordinator keeps for a partition, or why it does not tell. */
export interface CommittedOffset {
  /** The next offset to read, -1n when nothing was committed. */
  readonly offset: bigint;
  /** Epoch of the leader when it was committed, -1 when unknown. */
  readonly leaderEpoch: number;
  /** The text that was committed with it. */
  readonly metadata: string;
  /** Kafka's error number, 0 for none. */
  readonly errorCode: number;
}

/**
 * Asks for the offsets that a group has committed (OffsetFetch). With offsets that a transaction is about to commit the
 * coordinator asks to be asked again (KIP-447).
 *
 * @throws {KafkaError} when the coordinator refuses or cannot be asked; one attempt is made.
 */
export async function fetchCommitted(
  coordinator: Coordinator,
  partitions: readonly TopicPartition[],
  { signal, timeoutMs }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
): Promise<Map<string, CommittedOffset>> {
  const { key: groupId } = coordinator;
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
    { purpose: "offsets", signal, timeoutMs, maxVersion: newestOffsetsVersion },
  );
  return new Map(
    topicsOf(answer, coordinator).flatMap(({ name, partitions: answers }) =>
      answers.map(({ partitionIndex, errorCode, committedOffset, committedLeaderEpoch, metadata }) => [
        partitionKey(name, partitionIndex),
        { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: metadata ?? "", errorCode },
      ]),
    ),
  );
}

/** Since version 8 the answer is a list of groups (KIP-709). */
function topicsOf(answer: OffsetFetchResponse, coordinator: Coordinator): OffsetFetchResponse["topics"] {
  const group = answer.groups.find(({ groupId }) => groupId === coordinator.key);
  coordinator.check(group?.errorCode ?? answer.errorCode, OffsetFetch);
  return group?.topics ?? answer.topics;
}
