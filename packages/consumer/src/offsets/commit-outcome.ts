import { ErrorCode, errorByCode, KafkaError, OffsetCommit } from "@moldau/protocol-codec";
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
  /** It keeps nothing under this identity of the member any more: again under the next one, as long as the partition is owned. */
  | { readonly name: "superseded"; readonly error: KafkaError }
  /** It will keep nothing of this member. */
  | { readonly name: "expelled"; readonly error: KafkaError }
  /** It will keep nothing of this group. */
  | { readonly name: "fatal"; readonly error: KafkaError };

/** The member has another identity by now, or will have, or is none any more: whichever it is, the membership finds out. */
const aboutIdentity: readonly number[] = [
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.STALE_MEMBER_EPOCH,
  ErrorCode.FENCED_MEMBER_EPOCH,
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
  if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID)
    return { name: "unknown", error };
  if (aboutIdentity.includes(errorCode)) return { name: "superseded", error };
  if (errorCode === ErrorCode.FENCED_INSTANCE_ID) return { name: "expelled", error };
  if (errorCode === ErrorCode.REBALANCE_IN_PROGRESS) return { name: "again", error: passing(error) };
  if (aboutGroup.includes(errorCode)) return { name: "fatal", error };
  return { name: errorByCode(errorCode).retriable ? "again" : "refused", error };
}

/** Whether an error number is about the member, and not about what it commits. */
export function isAboutMember(errorCode: number): boolean {
  const others: readonly number[] = [ErrorCode.FENCED_INSTANCE_ID, ErrorCode.REBALANCE_IN_PROGRESS];
  return aboutIdentity.includes(errorCode) || others.includes(errorCode);
}

/** Between JoinGroup and SyncGroup nothing is kept; a moment later it may be. */
function passing({ code, message, ...facts }: KafkaError): KafkaError {
  return new KafkaError(code, message, { ...facts, retriable: true });
}
