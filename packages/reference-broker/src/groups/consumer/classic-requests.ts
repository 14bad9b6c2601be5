import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../../coordination/coordinator-error.js";
import { failedJoin, failedSync, type HeartbeatEvent, type LeaveEvent, type SyncEvent } from "../classic/events.js";
import { encodeClassicAssignment } from "./downgrade.js";
import { refusal } from "./draft.js";
import type { ClassicRequest, ConsumerCommand, ConsumerRules, ConsumerStep } from "./events.js";
import { classicJoin } from "./classic-join.js";
import { removeMembers } from "./leave.js";
import { checkNotFenced, existingMember, unknownInstance } from "./membership.js";
import { isOwned, staticMember, type ClassicMembership, type ConsumerGroup, type ConsumerMember } from "./state.js";

/** A request of the classic protocol to a group of the consumer protocol that has members. Never throws for what a client can cause: that is answered. */
export function classicRequest(group: ConsumerGroup, event: ClassicRequest, rules: ConsumerRules): ConsumerStep {
  try {
    switch (event.type) {
      case "join":
        return classicJoin(group, event, rules);
      case "sync":
        return sync(group, event, rules);
      case "heartbeat":
        return heartbeat(group, event, rules);
      case "leave":
        return leaveAll(group, event, rules);
    }
  } catch (error) {
    if (!(error instanceof CoordinatorError)) throw error;
    return { records: [], commands: [refused(event, error.errorCode)] };
  }
}

/** The answer to a request that is refused. */
function refused(event: ClassicRequest, errorCode: number): ConsumerCommand {
  const { ticket } = event;
  switch (event.type) {
    case "join":
      return { type: "answerJoin", ticket, answer: failedJoin(errorCode, "") };
    case "sync":
      return { type: "answerSync", ticket, answer: failedSync(errorCode) };
    case "heartbeat":
      return { type: "answerHeartbeat", ticket, errorCode };
    case "leave":
      return { type: "answerLeave", ticket, answer: { errorCode, members: [] } };
  }
}

/** A member fetches its assignment, in the epoch in which it joined last. One that the target has gone past is sent back to join. */
function sync(group: ConsumerGroup, event: SyncEvent, rules: ConsumerRules): ConsumerStep {
  const { member, classic } = classicMemberOf(group, event, rules);
  const { memberId } = member;
  checkProtocol(classic, event);
  if (group.targetEpoch > member.epoch && member.state !== "unrevokedPartitions")
    return {
      records: [],
      commands: [expectJoin(member), refused(event, ErrorCode.REBALANCE_IN_PROGRESS)],
    };
  const { protocolType, protocolName } = event;
  const subscription = classic.protocols[0]?.metadata ?? Buffer.alloc(0);
  const assignment = encodeClassicAssignment(member.assigned, subscription, rules.topics);
  return {
    records: [],
    commands: [
      { type: "cancelDeadline", deadline: "sync", memberId },
      expectSession(member, classic),
      {
        type: "answerSync",
        ticket: event.ticket,
        answer: { errorCode: ErrorCode.NONE, protocolType, protocolName, assignment },
      },
    ],
  };
}

/** A member says that it lives, and hears when it has to join again: for the next epoch, to give partitions up, to get those that are free by now. */
function heartbeat(group: ConsumerGroup, event: HeartbeatEvent, rules: ConsumerRules): ConsumerStep {
  const { member, classic } = classicMemberOf(group, event, rules);
  const alive = expectSession(member, classic);
  const mustJoin =
    member.epoch < group.targetEpoch ||
    member.state === "unrevokedPartitions" ||
    (member.state === "unreleasedPartitions" && !waitsForOthers(group, member));
  return {
    records: [],
    commands: mustJoin
      ? [alive, expectJoin(member), refused(event, ErrorCode.REBALANCE_IN_PROGRESS)]
      : [alive, refused(event, ErrorCode.NONE)],
  };
}

/** Members go, each judged by itself; an administrator removes those of any protocol this way. */
function leaveAll(group: ConsumerGroup, event: LeaveEvent, rules: ConsumerRules): ConsumerStep {
  const leaving = new Map<string, ConsumerMember>();
  const members = event.members.map((identity) => {
    try {
      const member = leavingMember(group, identity, rules.groupId);
      leaving.set(member.memberId, member);
      return { ...identity, errorCode: ErrorCode.NONE };
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error;
      return { ...identity, errorCode: error.errorCode };
    }
  });
  const step = removeMembers(group, [...leaving.values()], rules);
  const answer = { errorCode: ErrorCode.NONE, members };
  return { ...step, commands: [...step.commands, { type: "answerLeave", ticket: event.ticket, answer }] };
}

function leavingMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: LeaveEvent["members"][number],
  groupId: string,
): ConsumerMember {
  if (groupInstanceId === null) return existingMember(group, groupId, { memberId, groupInstanceId });
  const member = staticMember(group, groupInstanceId);
  if (member === undefined) throw unknownInstance(groupInstanceId);
  // An administrator names static members by their instance alone.
  if (memberId !== "") checkNotFenced(member, { memberId, groupInstanceId });
  return member;
}

function classicMemberOf(
  group: ConsumerGroup,
  event: SyncEvent | HeartbeatEvent,
  { groupId }: ConsumerRules,
): { readonly member: ConsumerMember; readonly classic: ClassicMembership } {
  const member = existingMember(group, groupId, event);
  const { memberId, epoch, classic } = member;
  if (classic === null)
    throw refusal(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} does not use the classic protocol.`);
  if (epoch !== event.generationId)
    throw refusal(
      ErrorCode.ILLEGAL_GENERATION,
      `The request generation id ${event.generationId} is not equal to the member epoch ${epoch} of member ${memberId}.`,
    );
  return { member, classic };
}

function checkProtocol({ protocols }: ClassicMembership, { protocolType, protocolName }: SyncEvent): void {
  if (protocolType !== null && protocolType !== "consumer")
    throw new CoordinatorError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  if (protocolName !== null && protocolName !== protocols[0]?.name)
    throw new CoordinatorError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
}

function waitsForOthers(group: ConsumerGroup, { memberId, assigned }: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.targets.get(memberId) ?? [])
    for (const partition of partitions)
      if (assigned.get(topicId)?.has(partition) !== true && isOwned(group, topicId, partition)) return true;
  return false;
}

function expectJoin({ memberId, rebalanceTimeoutMs }: ConsumerMember): ConsumerCommand {
  return { type: "expectDeadline", deadline: { type: "join", memberId }, delayMs: rebalanceTimeoutMs };
}

function expectSession({ memberId }: ConsumerMember, { sessionTimeoutMs }: ClassicMembership): ConsumerCommand {
  return { type: "setDeadline", deadline: { type: "session", memberId }, delayMs: sessionTimeoutMs };
}
