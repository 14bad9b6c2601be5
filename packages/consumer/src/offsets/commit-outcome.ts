import { ErrorCode, errorByCode, OffsetCommit, type KafkaError } from "@moldau/protocol-codec";
import { partitionError } from "../errors.js";
import type { TopicPartition } from "../partitions/topic-partition.js";

/** What an answer to a commit amounts to for one partition. */
export type CommitOutcome =
  /** The coordinator keeps the offset. */
  | { readonly name: "kept" }
  /** It did not, for a reason that passes. */
  | { readonly name: "again"; readonly error: KafkaError }
  /** It does not know the partition: not yet, or not any more. */
  | { readonly name: "unknown"; readonly error: KafkaError }
  /** It will never keep this offset. */
  | { readonly name: "refused"; readonly error: KafkaError }
  /** It will keep nothing of this member: its round is over. */
  | { readonly name: "expelled"; readonly error: KafkaError }
  /** It will keep nothing of this group. */
  | { readonly name: "fatal"; readonly error: KafkaError };

const aboutMember: readonly number[] = [
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.FENCED_INSTANCE_ID,
];

/** Something is wrong for good, and not with the offset. */
const aboutGroup: readonly number[] = [
  ErrorCode.GROUP_AUTHORIZATION_FAILED,
  ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  ErrorCode.INVALID_GROUP_ID,
  ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
];

/** Judges what the coordinator said of one partition; undefined, when it said nothing, counts as a mishap of its own. */
export function judgeCommit(
  errorCode: number = ErrorCode.UNKNOWN_SERVER_ERROR,
  { topic, partition, groupId }: TopicPartition & { readonly groupId: string },
): CommitOutcome {
  if (errorCode === 0) return { name: "kept" };
  const error = partitionError(errorCode, { topic, partition }, { api: OffsetCommit, groupId });
  if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return { name: "unknown", error };
  if (isAboutMember(errorCode)) return { name: "expelled", error };
  if (aboutGroup.includes(errorCode)) return { name: "fatal", error };
  return { name: errorByCode(errorCode).retriable ? "again" : "refused", error };
}

/** Whether an error number says that the member does not stand where it thought it did. */
export function isAboutMember(errorCode: number): boolean {
  return aboutMember.includes(errorCode);
}
