import { ErrorCode } from "@moldau/protocol-codec";
import { failedJoin, failedSync, type GroupCommand, type GroupRules, type JoinEvent, type Step } from "./events.js";
import { memberError } from "./membership.js";
import { groupMetadata } from "./persisted.js";
import { after, describeForLeader, joinAnswer, removeMember, settle, startRebalance } from "./rebalance.js";
import {
  rosterOf,
  sameProtocols,
  selectProtocol,
  supportsProtocols,
  withMember,
  withReplacedMember,
  withUpdatedMember,
  withoutItem,
  withoutKey,
} from "./roster.js";
import {
  memberOf,
  noAssignment,
  pendingMembersOf,
  staticMemberId,
  type ClassicGroup,
  type ClassicMember,
  type DeadGroup,
  type PopulatedGroup,
  type StableGroup,
} from "./state.js";
import { subscribedTopicsOf } from "./subscriptions.js";

type LivingGroup = Exclude<ClassicGroup, DeadGroup>;

/** A member comes, or comes again. */
export function join(group: ClassicGroup, event: JoinEvent, rules: GroupRules): Step {
  const { memberId } = event;
  if (group.state === "Dead") return refuse(group, event, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  if (!hasRoomFor(group, memberId, rules)) return turnAway(group, event);
  if (!supportsProtocols(group, event.protocolType, event.protocols))
    return refuse(group, event, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  if (memberId === "") return joinWithoutId(group, event, rules);
  if (pendingMembersOf(group).has(memberId)) {
    // An id is given out without an instance, so whoever brings one with it is confused.
    if (event.groupInstanceId !== null)
      return refuse(group, { ...event, memberId: "" }, ErrorCode.UNKNOWN_SERVER_ERROR);
    return addMember(group, event, memberId, rules);
  }
  const error = memberError(group, event);
  const member = memberOf(group, memberId);
  if (error !== ErrorCode.NONE || member === undefined || group.state === "Empty") return refuse(group, event, error);
  return rejoin(group, event, member, rules);
}

function joinWithoutId(group: LivingGroup, event: JoinEvent, rules: GroupRules): Step {
  if (event.groupInstanceId !== null) {
    const oldMemberId = staticMemberId(group, event.groupInstanceId);
    const old = oldMemberId === undefined ? undefined : memberOf(group, oldMemberId);
    if (old === undefined || group.state === "Empty") return addMember(group, event, event.newMemberId, rules);
    return replaceStaticMember(group, event, old, rules);
  }
  if (!event.requiresKnownMemberId) return addMember(group, event, event.newMemberId, rules);
  const commands: GroupCommand[] = [
    { type: "expectHeartbeat", memberId: event.newMemberId, withinMs: event.sessionTimeoutMs },
    { type: "answerJoin", ticket: event.ticket, answer: failedJoin(ErrorCode.MEMBER_ID_REQUIRED, event.newMemberId) },
  ];
  const pendingMembers = new Set(pendingMembersOf(group)).add(event.newMemberId);
  if (group.state === "Empty") return { group: { ...group, pendingMembers }, commands };
  return { group: { ...group, roster: { ...group.roster, pendingMembers } }, commands };
}

/** Takes a new member in and rebalances. It cannot send heartbeats before its answer, so only the wait itself is bounded. */
function addMember(group: LivingGroup, event: JoinEvent, memberId: string, rules: GroupRules): Step {
  const member: ClassicMember = {
    memberId,
    groupInstanceId: event.groupInstanceId,
    clientId: event.clientId,
    clientHost: event.clientHost,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    sessionTimeoutMs: event.sessionTimeoutMs,
    protocols: event.protocols,
    assignment: noAssignment,
    isNew: true,
  };
  const roster = withMember(rosterOf(group), member);
  const commands: GroupCommand[] = [{ type: "expectHeartbeat", memberId, withinMs: rules.newMemberJoinTimeoutMs }];
  if (group.state !== "PreparingRebalance") {
    const start = { roster, protocolType: event.protocolType, joins: new Map([[memberId, event.ticket]]) };
    return after(commands, startRebalance(group, start, rules));
  }
  const initialDelay = group.initialDelay === null ? null : { ...group.initialDelay, memberAdded: true };
  const joins = new Map(group.joins).set(memberId, event.ticket);
  return after(commands, settle({ ...group, roster, joins, initialDelay }, rules));
}

/** A known member joins again: the leader or a member with something new to say begins a rebalance, others hear what they know already. */
function rejoin(group: PopulatedGroup, event: JoinEvent, member: ClassicMember, rules: GroupRules): Step {
  const { ticket, memberId, protocols, sessionTimeoutMs, rebalanceTimeoutMs } = event;
  const unchanged = sameProtocols(member.protocols, protocols);
  const mayStay =
    group.state === "CompletingRebalance" || (group.state === "Stable" && group.roster.leader !== memberId);
  if (group.state !== "PreparingRebalance" && mayStay && unchanged) {
    return { group, commands: [{ type: "answerJoin", ticket, answer: joinAnswer(group, memberId) }] };
  }
  const roster = withUpdatedMember(group.roster, { ...member, protocols, sessionTimeoutMs, rebalanceTimeoutMs });
  if (group.state !== "PreparingRebalance") {
    return startRebalance(
      group,
      { roster, protocolType: group.protocolType, joins: new Map([[memberId, ticket]]) },
      rules,
    );
  }
  const joins = new Map(group.joins).set(memberId, ticket);
  return after(answerSuperseded(group.joins.get(memberId)), settle({ ...group, roster, joins }, rules));
}

/** The request of a member's earlier try gets an answer too; Apache Kafka leaves it without one, since that connection is most likely gone. */
function answerSuperseded(ticket: number | undefined): readonly GroupCommand[] {
  return ticket === undefined
    ? []
    : [{ type: "answerJoin", ticket, answer: failedJoin(ErrorCode.REBALANCE_IN_PROGRESS, "") }];
}

/**
 * A static member comes back without its member id: it takes its old place under a new id, and whoever still acts under the old one is
 * fenced (KIP-345). A stable group whose protocol stays the same does not rebalance for it.
 */
function replaceStaticMember(group: PopulatedGroup, event: JoinEvent, old: ClassicMember, rules: GroupRules): Step {
  const { newMemberId, ticket, protocols, sessionTimeoutMs, rebalanceTimeoutMs } = event;
  const member: ClassicMember = {
    ...old,
    memberId: newMemberId,
    protocols,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    isNew: false,
  };
  const roster = withReplacedMember(group.roster, old.memberId, member);
  const commands: GroupCommand[] = [
    ...fence(group, old.memberId),
    { type: "forgetMember", memberId: old.memberId },
    { type: "expectHeartbeat", memberId: newMemberId, withinMs: old.sessionTimeoutMs },
  ];
  if (group.state === "PreparingRebalance") {
    const joins = new Map(withoutKey(group.joins, old.memberId)).set(newMemberId, ticket);
    return after(commands, settle({ ...group, roster, joins }, rules));
  }
  if (group.state === "Stable" && selectProtocol(roster) === group.protocolName) {
    const subscribedTopics = subscribedTopicsOf(group.protocolType, group.protocolName, roster);
    const pendingSync = movePendingSync(group, old.memberId, newMemberId);
    return after(commands, keepAssignment(group, { ...group, roster, pendingSync, subscribedTopics }, event));
  }
  // The leader may be at work on an assignment for the old id, which would leave the new one without.
  const rest = group.state === "Stable" ? group : { ...group, syncs: withoutKey(group.syncs, old.memberId) };
  return after(
    commands,
    startRebalance(rest, { roster, protocolType: group.protocolType, joins: new Map([[newMemberId, ticket]]) }, rules),
  );
}

/**
 * The static member keeps what it had. A leader of version 9 on is told that it leads and need not assign (KIP-814); before that it is
 * told its old id as the leader's, lest it takes itself for the leader and assigns anew.
 */
function keepAssignment(before: StableGroup, group: StableGroup, event: JoinEvent): Step {
  const isLeader = group.roster.leader === event.newMemberId;
  const answer = event.supportsSkippingAssignment
    ? {
        ...joinAnswer(group, event.newMemberId),
        members: isLeader ? describeForLeader(group) : [],
        skipAssignment: isLeader,
      }
    : { ...joinAnswer(group, event.newMemberId), members: [], leader: before.roster.leader ?? "" };
  return {
    group,
    commands: [
      { type: "write", metadata: groupMetadata(group) },
      { type: "answerJoin", ticket: event.ticket, answer },
    ],
  };
}

function movePendingSync({ pendingSync }: StableGroup, oldMemberId: string, newMemberId: string): ReadonlySet<string> {
  return pendingSync.has(oldMemberId) ? new Set(withoutItem(pendingSync, oldMemberId)).add(newMemberId) : pendingSync;
}

function fence(group: PopulatedGroup, oldMemberId: string): readonly GroupCommand[] {
  const join = group.state === "PreparingRebalance" ? group.joins.get(oldMemberId) : undefined;
  const sync = group.state === "CompletingRebalance" ? group.syncs.get(oldMemberId) : undefined;
  if (join !== undefined)
    return [{ type: "answerJoin", ticket: join, answer: failedJoin(ErrorCode.FENCED_INSTANCE_ID, oldMemberId) }];
  return sync === undefined
    ? []
    : [{ type: "answerSync", ticket: sync, answer: failedSync(ErrorCode.FENCED_INSTANCE_ID) }];
}

/**
 * Whether `group.max.size` lets the member in. During a rebalance those who wait count, not those who are listed, so that the last ones
 * to join again are turned away when the limit was lowered.
 */
function hasRoomFor(group: LivingGroup, memberId: string, { maxSize }: GroupRules): boolean {
  if (group.state === "Empty") return true;
  if (group.state === "PreparingRebalance") return group.joins.has(memberId) || group.joins.size < maxSize;
  return group.roster.members.has(memberId) || group.roster.members.size < maxSize;
}

function turnAway(group: LivingGroup, event: JoinEvent): Step {
  const step =
    group.state === "Empty" || event.memberId === "" ? { group, commands: [] } : removeMember(group, event.memberId);
  return after(step.commands, refuse(step.group, { ...event, memberId: "" }, ErrorCode.GROUP_MAX_SIZE_REACHED));
}

function refuse(group: ClassicGroup, { ticket, memberId }: JoinEvent, errorCode: number): Step {
  return { group, commands: [{ type: "answerJoin", ticket, answer: failedJoin(errorCode, memberId) }] };
}
