import { ErrorCode } from "@moldau/protocol-codec";
import { downgradeWithout } from "./downgrade.js";
import { Draft, noStep, refusal } from "./draft.js";
import type {
  ConsumerCommand,
  ConsumerHeartbeatEvent,
  ConsumerRules,
  ConsumerStep,
  MemberDeadline,
  Origin,
} from "./events.js";
import { checkNotFenced, removeMember, unknownInstance, unknownMember } from "./membership.js";
import { memberEpochs, staticMember, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { standingOf } from "./step-towards.js";
import { hashOfTopics, subscribedPatterns } from "./subscriptions.js";
import { noPartitions, withEpoch, withoutEpochs } from "./topic-partitions.js";

/** A member leaves, for good or (a static one) for a while. Throws GROUP_ID_NOT_FOUND, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
export function leave(origin: Origin, event: ConsumerHeartbeatEvent, rules: ConsumerRules): ConsumerStep {
  const { groupId } = rules;
  if (origin.type !== "consumer")
    throw refusal(
      ErrorCode.GROUP_ID_NOT_FOUND,
      origin.type === "none" ? `Group ${groupId} not found.` : `Group ${groupId} is not a consumer group.`,
    );
  const { group } = origin;
  const member = leaving(group, groupId, event);
  const answer: ConsumerCommand = { type: "answer", ticket: event.ticket, answer: farewell(event) };
  if (event.instanceId !== null && event.memberEpoch === memberEpochs.leaveForAWhile)
    return leaveForAWhile(new Draft(groupId, group), member, answer);
  const step = removeMembers(group, [member], rules);
  return { ...step, commands: [...step.commands, answer] };
}

/** A time limit of a member has passed; it is removed, unless it has moved on meanwhile. */
export function expire(group: ConsumerGroup, deadline: MemberDeadline, rules: ConsumerRules): ConsumerStep {
  const member = group.members.get(deadline.memberId);
  if (member === undefined || (deadline.type === "revocation" && member.epoch !== deadline.epoch)) return noStep;
  return removeMembers(group, [member], rules);
}

/**
 * Removes members. The group's epoch goes up, so that the next heartbeat of whoever is left has the target worked out anew; when those who are
 * left all speak the classic protocol, the group becomes one of that protocol instead.
 */
export function removeMembers(
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  rules: ConsumerRules,
): ConsumerStep {
  if (members.length === 0) return noStep;
  const downgraded = downgradeWithout(group, members, rules);
  if (downgraded !== undefined) return downgraded;
  const draft = new Draft(rules.groupId, group);
  for (const { memberId } of members) removeMember(draft, memberId);
  const subscribed = subscribedPatterns(draft.group);
  for (const pattern of subscribedPatterns(group).keys())
    if (!subscribed.has(pattern)) draft.write({ kind: "consumerPattern", pattern, value: null });
  const metadataHash = hashOfTopics(draft.group, rules.topics);
  draft.write({ kind: "consumerGroup", value: { epoch: group.epoch + 1, metadataHash } });
  for (const { memberId } of members) draft.command({ type: "forgetMember", memberId });
  return draft.step;
}

function leaving(
  group: ConsumerGroup,
  groupId: string,
  { memberId, instanceId }: ConsumerHeartbeatEvent,
): ConsumerMember {
  if (instanceId === null) {
    const member = group.members.get(memberId);
    if (member === undefined) throw unknownMember(groupId, memberId);
    return member;
  }
  const member = staticMember(group, instanceId);
  if (member === undefined) throw unknownInstance(instanceId);
  checkNotFenced(member, { memberId, groupInstanceId: instanceId });
  return member;
}

/** The member keeps its place and its partitions for its next incarnation, until its session ends. Epochs of its partitions begin anew with that. */
function leaveForAWhile(draft: Draft, member: ConsumerMember, answer: ConsumerCommand): ConsumerStep {
  const away: ConsumerMember = {
    ...member,
    epoch: memberEpochs.leaveForAWhile,
    toRevoke: noPartitions,
    assigned: withEpoch(withoutEpochs(member.assigned), 0),
  };
  draft.write({ kind: "consumerCurrent", memberId: member.memberId, value: standingOf(away) });
  draft.command(answer);
  return draft.step;
}

function farewell({ memberId, memberEpoch }: ConsumerHeartbeatEvent) {
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    memberId,
    memberEpoch,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}
