import { ErrorCode, type OffsetCommitRequest, type OffsetCommitRequestTopic, type Uuid } from "@moldau/protocol-codec";
import { CoordinatorError } from "../coordination/coordinator-error.js";
import type { GroupView } from "./group-view.js";
import type { OffsetRecord } from "./records.js";

/** What a commit depends on besides the group. */
export interface CommitRules {
  readonly nowMs: number;
  /** `offset.metadata.max.bytes`; like Kafka, counted in characters. */
  readonly metadataMaxLength: number;
  /** From version 9 on an unknown group is called so; before that, and in a transaction, members hear ILLEGAL_GENERATION. */
  readonly apiVersion: number;
  /** Whether the offsets are a part of a transaction. Default false. */
  readonly isTransactional?: boolean;
  /** The id of a topic that the request names only. Default: the request has it. */
  readonly topicIdOf?: (name: string) => Uuid | undefined;
}

/** A commit, worked out: what is to be written, and what each partition is answered with. */
export interface Commit {
  readonly records: readonly OffsetRecord[];
  readonly topics: readonly CommittedTopic[];
}

/** One topic of a commit's answer. */
export interface CommittedTopic {
  readonly name: string;
  readonly topicId: OffsetCommitRequestTopic["topicId"];
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

/**
 * Works out an offset commit. Throws a CoordinatorError when the member may not commit; a partition whose metadata is too long is refused by
 * itself. An unknown group is made by a commit without a generation.
 */
export function commitOffsets(group: GroupView | undefined, request: OffsetCommitRequest, rules: CommitRules): Commit {
  const errorCode = refusal(group, request, rules);
  if (errorCode !== ErrorCode.NONE) throw new CoordinatorError(errorCode);
  const records: OffsetRecord[] = [];
  const topics = request.topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map((partition) => {
      const { partitionIndex } = partition;
      const metadata = partition.committedMetadata ?? "";
      if (metadata.length > rules.metadataMaxLength)
        return { partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE };
      records.push({
        kind: "offset",
        groupId: request.groupId,
        topic: name,
        partition: partitionIndex,
        value: {
          offset: partition.committedOffset,
          leaderEpoch: partition.committedLeaderEpoch,
          metadata,
          commitTimestampMs: rules.nowMs,
          expireTimestampMs: request.retentionTimeMs === -1n ? null : rules.nowMs + Number(request.retentionTimeMs),
          topicId,
        },
      });
      return { partitionIndex, errorCode: ErrorCode.NONE };
    }),
  }));
  return { records, topics };
}

function refusal(
  group: GroupView | undefined,
  request: OffsetCommitRequest,
  { apiVersion, isTransactional = false, metadataMaxLength, topicIdOf }: CommitRules,
): number {
  const { generationIdOrMemberEpoch: generationId } = request;
  if (group === undefined && generationId >= 0)
    return apiVersion >= 9 && !isTransactional ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
  // Whoever commits without a generation makes the group.
  const partitions = () =>
    request.topics.flatMap(({ name, topicId, partitions: committed }) => {
      const id = (topicIdOf?.(name) ?? topicId).toString();
      const taken = committed.filter(({ committedMetadata }) => (committedMetadata ?? "").length <= metadataMaxLength);
      return taken.map(({ partitionIndex: partition }) => ({ topicId: id, partition }));
    });
  return group?.commitError({ ...request, generationId, isTransactional, apiVersion, partitions }) ?? ErrorCode.NONE;
}
