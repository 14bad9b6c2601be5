import { ErrorCode } from "@moldau/protocol-codec";
import { refusal, type Draft } from "./draft.js";
import type { ConsumerHeartbeatEvent } from "./events.js";
import type { MemberFacts } from "./records.js";
import {
  memberEpochs,
  newMember,
  staticMember,
  type ClassicMembership,
  type ConsumerGroup,
  type ConsumerMember,
} from "./state.js";
import { sameProtocols } from "../classic/roster.js";
import { standingOf } from "./step-towards.js";
import { containsAll, sameNames } from "./topic-partitions.js";

/** How a request names the member that it comes from. */
export interface MemberClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Whether it may be a new one. */
  readonly joins: boolean;
  /** What the member claims of its epoch; undefined for a member of the classic protocol, whose joining says nothing of it. */
  readonly standing?: Pick<ConsumerHeartbeatEvent, "memberEpoch" | "topicPartitions">;
}

/**
 * The member that a request comes from: one that is known, a new one, or the next incarnation of a static member, which takes over all that
 * the one before it had. Throws UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID or FENCED_INSTANCE_ID.
 */
export function memberOf(draft: Draft, claim: MemberClaim): ConsumerMember {
  const { group, groupId } = draft;
  const { memberId, groupInstanceId, joins, standing } = claim;
  if (groupInstanceId === null) {
    const member = group.members.get(memberId) ?? (joins ? newMember(memberId) : undefined);
    if (member === undefined) throw unknownMember(groupId, memberId);
    checkEpoch(member, standing);
    return member;
  }
  const known = staticMember(group, groupInstanceId);
  if (joins)
    return known === undefined ? (group.members.get(memberId) ?? newMember(memberId)) : replace(draft, known, claim);
  if (known === undefined) throw unknownInstance(groupInstanceId);
  checkNotFenced(known, { memberId, groupInstanceId });
  checkEpoch(known, standing);
  return known;
}

/** The member that a request without a claim to join comes from. Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
export function existingMember(
  group: ConsumerGroup,
  groupId: string,
  { memberId, groupInstanceId }: Pick<MemberClaim, "memberId" | "groupInstanceId">,
): ConsumerMember {
  if (groupInstanceId === null) {
    const member = group.members.get(memberId);
    if (member === undefined) throw unknownMember(groupId, memberId);
    return member;
  }
  const member = staticMember(group, groupInstanceId);
  if (member === undefined) throw unknownInstance(groupInstanceId);
  checkNotFenced(member, { memberId, groupInstanceId });
  return member;
}

/** Writes what a member says of itself, if it is something else than before. Whether it reads other topics by name than before. */
export function writeFacts(draft: Draft, known: ConsumerMember, member: ConsumerMember): boolean {
  if (sameFacts(known, member)) return false;
  draft.write({ kind: "consumerMember", memberId: member.memberId, value: factsOf(member) });
  return !sameNames(known.topics, member.topics);
}

/** What a member says of itself, without where it stands. */
export function factsOf(member: ConsumerMember): MemberFacts {
  const {
    memberId: _id,
    epoch: _epoch,
    previousEpoch: _previous,
    state: _state,
    assigned: _has,
    toRevoke: _loses,
    ...facts
  } = member;
  return facts;
}

/** Writes that a member is gone. */
export function removeMember(draft: Draft, memberId: string): void {
  draft.write({ kind: "consumerCurrent", memberId, value: null });
  draft.write({ kind: "consumerTarget", memberId, value: null });
  draft.write({ kind: "consumerMember", memberId, value: null });
}

/** Throws FENCED_INSTANCE_ID when another member has the static name by now. */
export function checkNotFenced(
  { memberId: current }: ConsumerMember,
  { memberId, groupInstanceId }: { readonly memberId: string; readonly groupInstanceId: string },
): void {
  if (current !== memberId)
    throw refusal(
      ErrorCode.FENCED_INSTANCE_ID,
      `Static member ${memberId} with instance id ${groupInstanceId} was fenced by member ${current}.`,
    );
}

/** The refusal of somebody who comes under a static name that no member has. */
export function unknownInstance(groupInstanceId: string): Error {
  return refusal(ErrorCode.UNKNOWN_MEMBER_ID, `Instance id ${groupInstanceId} is unknown.`);
}

/** The refusal of somebody whom the group does not know. */
export function unknownMember(groupId: string, memberId: string): Error {
  return refusal(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${groupId}.`);
}

/** The next incarnation of a static member. One that reads by this protocol has to have left before, for a while; one of the classic protocol never says. */
function replace(
  draft: Draft,
  known: ConsumerMember,
  { memberId, groupInstanceId, standing }: MemberClaim,
): ConsumerMember {
  if (standing !== undefined && known.classic === null && known.epoch !== memberEpochs.leaveForAWhile)
    throw refusal(
      ErrorCode.UNRELEASED_INSTANCE_ID,
      `Static member ${memberId} with instance id ${groupInstanceId} cannot join the group because the instance id is owned by ${known.memberId} member.`,
    );
  const target = draft.group.targets.get(known.memberId) ?? new Map<string, never>();
  const member = { ...known, memberId, epoch: memberEpochs.join, previousEpoch: memberEpochs.join };
  removeMember(draft, known.memberId);
  draft.write({ kind: "consumerMember", memberId, value: factsOf(member) });
  draft.write({ kind: "consumerTarget", memberId, value: target });
  draft.write({ kind: "consumerCurrent", memberId, value: standingOf(member) });
  if (known.memberId !== memberId) draft.command({ type: "forgetMember", memberId: known.memberId });
  return member;
}

/**
 * Throws FENCED_MEMBER_EPOCH when a member's epoch is not the group's idea of it. The one before is good enough for a member that has nothing
 * but what it is to have: the answer that told it of the new one was lost.
 */
function checkEpoch(member: ConsumerMember, standing: MemberClaim["standing"]): void {
  if (standing === undefined || standing.memberEpoch === memberEpochs.join || standing.memberEpoch === member.epoch)
    return;
  const { memberEpoch, topicPartitions } = standing;
  const isLate =
    memberEpoch === member.previousEpoch && topicPartitions !== null && containsAll(member.assigned, topicPartitions);
  if (memberEpoch < member.epoch && isLate) return;
  throw refusal(
    ErrorCode.FENCED_MEMBER_EPOCH,
    `The consumer group member has a ${memberEpoch > member.epoch ? "greater" : "smaller"} member epoch (${memberEpoch}) than the one known by the ` +
      `group coordinator (${member.epoch}). The member must abandon all its partitions and rejoin.`,
  );
}

function sameFacts(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    one.groupInstanceId === other.groupInstanceId &&
    one.rackId === other.rackId &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.pattern === other.pattern &&
    one.serverAssignor === other.serverAssignor &&
    sameNames(one.topics, other.topics) &&
    sameClassic(one.classic, other.classic)
  );
}

function sameClassic(one: ClassicMembership | null, other: ClassicMembership | null): boolean {
  if (one === null || other === null) return one === other;
  return one.sessionTimeoutMs === other.sessionTimeoutMs && sameProtocols(one.protocols, other.protocols);
}
