import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import { isOfAnotherTopic, type OffsetKey, type OffsetStore, type StoredOffset } from "./offsets.js";

/** A topic whose offsets are asked for. */
export interface TopicToFetch {
  readonly name: string;
  /** Zero when the client named the topic by its name. */
  readonly topicId: Uuid;
  readonly partitionIndexes: readonly number[];
}

/** A topic's offsets as they are answered. */
export interface FetchedTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly FetchedPartition[];
}

/** A partition's offset as it is answered: -1 where nothing was committed. */
export interface FetchedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: bigint;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

/** Which offsets, and whether those of an open transaction are to be waited for (KIP-447). */
export interface OffsetQuery {
  readonly groupId: string;
  readonly requireStable: boolean;
}

/** The offsets of the partitions that are asked for. */
export function fetchOffsets(
  offsets: OffsetStore,
  query: OffsetQuery,
  topics: readonly TopicToFetch[],
): readonly FetchedTopic[] {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((partition) => {
      const key = { groupId: query.groupId, topic: name, partition };
      const stored = offsets.get(key);
      return fetched(
        offsets,
        query,
        key,
        stored === undefined || isOfAnotherTopic(stored, topicId) ? undefined : stored,
      );
    }),
  }));
}

/** Every offset that a group has committed. */
export function fetchAllOffsets(offsets: OffsetStore, query: OffsetQuery): readonly FetchedTopic[] {
  return [...offsets.ofGroup(query.groupId)].map(([topic, partitions]) => ({
    name: topic,
    topicId: Uuid.zero,
    partitions: [...partitions].map(([partition, stored]) =>
      fetched(offsets, query, { groupId: query.groupId, topic, partition }, stored),
    ),
  }));
}

/** A partition without offset: nothing was committed, or something is wrong with it. */
export function noOffset(partitionIndex: number, errorCode: number = ErrorCode.NONE): FetchedPartition {
  return { partitionIndex, committedOffset: -1n, committedLeaderEpoch: -1, metadata: "", errorCode };
}

function fetched(
  offsets: OffsetStore,
  { requireStable }: OffsetQuery,
  key: OffsetKey,
  stored: StoredOffset | undefined,
): FetchedPartition {
  if (requireStable && offsets.isPending(key)) return noOffset(key.partition, ErrorCode.UNSTABLE_OFFSET_COMMIT);
  if (stored === undefined) return noOffset(key.partition);
  const { offset, leaderEpoch, metadata } = stored;
  return {
    partitionIndex: key.partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: ErrorCode.NONE,
  };
}
