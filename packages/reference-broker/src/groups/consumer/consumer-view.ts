import { ErrorCode } from "@moldau/protocol-codec";
import type { CommitClaim, FetchClaim, GroupView } from "../group-view.js";
import { stateOf, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { subscribedTopics } from "./subscriptions.js";
import { groupTombstones } from "./tombstones.js";

/** A group of the consumer protocol, as what does not depend on the protocol sees it. */
export function consumerView(group: ConsumerGroup): GroupView {
  return {
    type: "consumer",
    state: stateOf(group),
    protocolType: "consumer",
    isEmpty: group.members.size === 0,
    usesConsumerProtocol: true,
    isSubscribedTo: (topic) => subscribedTopics(group).has(topic),
    commitError: (claim) => commitError(group, claim),
    fetchError: (claim) => fetchError(group, claim),
    // Those of topics that a member reads never expire.
    retentionStart: () => (committedAtMs) => committedAtMs,
    tombstones: (groupId) => groupTombstones(groupId, group),
    describe: () => undefined,
  };
}

/**
 * The error that a commit deserves, or NONE. A member of the present epoch may commit whatever it likes; one that has not heard of its newest
 * epoch yet may commit partitions that it has had since an epoch that it knew (KIP-1251): of each, so that one that it has not refuses all.
 */
function commitError({ members }: ConsumerGroup, claim: CommitClaim): number {
  const { memberId, groupInstanceId, generationId, isTransactional = false } = claim;
  if (generationId < 0 && members.size === 0) return ErrorCode.NONE;
  if (isTransactional && generationId === -1 && memberId === "" && groupInstanceId === null) return ErrorCode.NONE;
  const member = members.get(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (!isTransactional && member.classic === null && claim.apiVersion < 9) return ErrorCode.UNSUPPORTED_VERSION;
  if (generationId === member.epoch) return ErrorCode.NONE;
  const isCovered =
    generationId < member.epoch && claim.partitions().every((each) => hadAlready(member, each, generationId));
  if (isCovered) return ErrorCode.NONE;
  return isTransactional ? ErrorCode.ILLEGAL_GENERATION : staleError(member);
}

/** Whether a member had a partition in an epoch already, be it that it is giving it up now. */
function hadAlready(
  { assigned, toRevoke }: ConsumerMember,
  { topicId, partition }: ReturnType<CommitClaim["partitions"]>[number],
  epoch: number,
): boolean {
  const since = assigned.get(topicId)?.get(partition) ?? toRevoke.get(topicId)?.get(partition);
  return since !== undefined && epoch >= since;
}

/** The error that a member deserves which asks what was committed, or NONE. */
function fetchError({ members }: ConsumerGroup, { memberId, memberEpoch }: FetchClaim): number {
  // An epoch of nobody is more than Kafka can bear.
  if (memberId === null) return memberEpoch < 0 ? ErrorCode.NONE : ErrorCode.UNKNOWN_SERVER_ERROR;
  const member = members.get(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  return memberEpoch === member.epoch ? ErrorCode.NONE : staleError(member);
}

function staleError({ classic }: ConsumerMember): number {
  return classic === null ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION;
}
