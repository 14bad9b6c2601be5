import type { Ticket } from "../../coordination/tickets.js";
import { ErrorCode } from "@moldau/protocol-codec";
import { failedJoin, failedSync, type GroupCommand, type GroupRules, type JoinAnswer, type Step } from "./events.js";
import { groupMetadata } from "./persisted.js";
import {
  metadataOf,
  rebalanceTimeoutMs,
  selectProtocol,
  withEveryMember,
  withoutKey,
  withoutItem,
  withoutMember,
} from "./roster.js";
import {
  noAssignment,
  type ClassicGroup,
  type CompletingGroup,
  type EmptyGroup,
  type PopulatedGroup,
  type PreparingGroup,
  type Roster,
  type StableGroup,
} from "./state.js";
import { subscribedTopicsOf } from "./subscriptions.js";

/** Who is in the group when a rebalance begins, and whose JoinGroup has come already. */
export interface RebalanceStart {
  readonly roster: Roster;
  readonly protocolType: string;
  readonly joins: ReadonlyMap<string, Ticket>;
}

/** Begins a rebalance: whoever waits for an assignment is sent back to join, and everybody is awaited. */
export function startRebalance(
  group: EmptyGroup | CompletingGroup | StableGroup,
  start: RebalanceStart,
  rules: GroupRules,
): Step {
  const commands: GroupCommand[] = [];
  let { roster } = start;
  if (group.state === "CompletingRebalance") {
    commands.push(...sendBackToJoin(group));
    roster = withEveryMember(roster, (member) => ({ ...member, assignment: noAssignment }));
  }
  commands.push({ type: "cancelDeadline", deadline: "sync" });
  const preparing: PreparingGroup = {
    state: "PreparingRebalance",
    generation: group.generation,
    protocolType: start.protocolType,
    protocolName: group.state === "Empty" ? null : group.protocolName,
    roster,
    joins: start.joins,
    initialDelay: null,
    changedAtMs: rules.nowMs,
    subscribedTopics: group.subscribedTopics,
  };
  const next = group.state === "Empty" ? awaitFirstMembers(preparing, rules) : awaitEveryone(preparing, rules);
  return { group: next.group, commands: [...commands, ...next.commands] };
}

/** Ends the rebalance when nobody is awaited any more; a group that waits out its initial delay goes on waiting. */
export function settle(group: PreparingGroup, rules: GroupRules): Step {
  return group.initialDelay === null && everyoneJoined(group) ? completeJoin(group, rules) : { group, commands: [] };
}

/** Whether every member and everybody who was given a member id has joined. */
export function everyoneJoined({ roster, joins }: PreparingGroup): boolean {
  return roster.members.size === joins.size && roster.pendingMembers.size === 0;
}

/**
 * Ends the rebalance with those who joined: dynamic members that did not are dropped, static ones keep their place (KIP-345). The next
 * generation begins, or the group is empty, or, when only static members are left and none of them joined, the wait begins anew.
 */
export function completeJoin(group: PreparingGroup, rules: GroupRules): Step {
  const commands: GroupCommand[] = [{ type: "cancelDeadline", deadline: "join" }];
  let { roster } = group;
  for (const { memberId, groupInstanceId } of group.roster.members.values()) {
    if (group.joins.has(memberId) || groupInstanceId !== null) continue;
    roster = withoutMember(roster, memberId);
    commands.push({ type: "forgetMember", memberId });
  }
  if (roster.members.size === 0) return becomeEmpty(group, roster, commands, rules);
  const leader =
    roster.leader !== null && group.joins.has(roster.leader) ? roster.leader : firstJoined(roster, group.joins);
  if (leader === undefined) {
    commands.push({ type: "setDeadline", deadline: "join", delayMs: rebalanceTimeoutMs(roster) });
    const initialDelay = group.initialDelay === null ? null : { ...group.initialDelay, remainingMs: 0 };
    return { group: { ...group, roster, initialDelay }, commands };
  }
  return beginGeneration(group, { ...roster, leader }, commands, rules);
}

/** What a member hears that joins the generation which `group` is in. */
export function joinAnswer(group: CompletingGroup | StableGroup, memberId: string): JoinAnswer {
  const isLeader = group.roster.leader === memberId;
  return {
    errorCode: ErrorCode.NONE,
    memberId,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.roster.leader ?? "",
    skipAssignment: false,
    members: isLeader ? describeForLeader(group) : [],
  };
}

/** Everybody with their metadata, as the leader gets them. */
export function describeForLeader({ roster, protocolName }: CompletingGroup | StableGroup): JoinAnswer["members"] {
  return [...roster.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataOf(member, protocolName),
  }));
}

/**
 * Takes a member out, in any state, and answers what it waits for with UNKNOWN_MEMBER_ID, so that a client that is still there joins
 * anew. Beginning a rebalance is the caller's business.
 */
export function removeMember<Group extends PopulatedGroup>(group: Group, memberId: string): Step<Group> {
  const commands: GroupCommand[] = [{ type: "forgetMember", memberId }];
  const roster = withoutMember(group.roster, memberId);
  if (group.state === "PreparingRebalance") {
    const ticket = group.joins.get(memberId);
    if (ticket !== undefined)
      commands.push({ type: "answerJoin", ticket, answer: failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, "") });
    return { group: { ...group, roster, joins: withoutKey(group.joins, memberId) }, commands };
  }
  const pendingSync = withoutItem(group.pendingSync, memberId);
  if (group.state === "Stable") return { group: { ...group, roster, pendingSync }, commands };
  const ticket = group.syncs.get(memberId);
  if (ticket !== undefined)
    commands.push({ type: "answerSync", ticket, answer: failedSync(ErrorCode.UNKNOWN_MEMBER_ID) });
  return { group: { ...group, roster, pendingSync, syncs: withoutKey(group.syncs, memberId) }, commands };
}

/** After members went: begins a rebalance, or ends the one that only waited for them. */
export function rebalanceAfterLoss(group: PopulatedGroup, rules: GroupRules): Step {
  if (group.state === "PreparingRebalance") return settle(group, rules);
  return startRebalance(group, { roster: group.roster, protocolType: group.protocolType, joins: new Map() }, rules);
}

/** Puts the commands of an earlier step before those of a later one. */
export function after(commands: readonly GroupCommand[], step: Step): Step {
  return { group: step.group, commands: [...commands, ...step.commands] };
}

function awaitFirstMembers(group: PreparingGroup, { initialRebalanceDelayMs: delayMs }: GroupRules): Step {
  const remainingMs = Math.max(rebalanceTimeoutMs(group.roster) - delayMs, 0);
  return {
    group: { ...group, initialDelay: { delayMs, remainingMs, memberAdded: false } },
    commands: [{ type: "setDeadline", deadline: "join", delayMs }],
  };
}

function awaitEveryone(group: PreparingGroup, rules: GroupRules): Step {
  if (everyoneJoined(group)) return completeJoin(group, rules);
  return { group, commands: [{ type: "setDeadline", deadline: "join", delayMs: rebalanceTimeoutMs(group.roster) }] };
}

function becomeEmpty(
  group: PreparingGroup,
  roster: Roster,
  commands: readonly GroupCommand[],
  { nowMs }: GroupRules,
): Step {
  const empty: EmptyGroup = {
    state: "Empty",
    generation: nextGeneration(group),
    protocolType: group.protocolType,
    changedAtMs: nowMs,
    pendingMembers: roster.pendingMembers,
    subscribedTopics: subscribedTopicsOf(group.protocolType, null, roster),
  };
  return { group: empty, commands: [{ type: "write", metadata: groupMetadata(empty) }, ...commands] };
}

function beginGeneration(group: PreparingGroup, joined: Roster, commands: GroupCommand[], { nowMs }: GroupRules): Step {
  const protocolName = selectProtocol(joined);
  const roster = withEveryMember(joined, (member) => ({ ...member, isNew: false }));
  const completing: CompletingGroup = {
    state: "CompletingRebalance",
    generation: nextGeneration(group),
    protocolType: group.protocolType,
    protocolName,
    roster,
    syncs: new Map(),
    pendingSync: new Set(roster.members.keys()),
    changedAtMs: nowMs,
    subscribedTopics: subscribedTopicsOf(group.protocolType, protocolName, roster),
  };
  for (const { memberId, sessionTimeoutMs } of roster.members.values()) {
    const ticket = group.joins.get(memberId);
    if (ticket !== undefined) commands.push({ type: "answerJoin", ticket, answer: joinAnswer(completing, memberId) });
    commands.push({ type: "expectHeartbeat", memberId, withinMs: sessionTimeoutMs });
  }
  commands.push({ type: "setDeadline", deadline: "sync", delayMs: rebalanceTimeoutMs(roster) });
  return { group: completing, commands };
}

function sendBackToJoin({ syncs, roster }: CompletingGroup): GroupCommand[] {
  return [...syncs].flatMap(([memberId, ticket]): GroupCommand[] => [
    { type: "answerSync", ticket, answer: failedSync(ErrorCode.REBALANCE_IN_PROGRESS) },
    // Its session ran out unnoticed while it waited, perhaps.
    { type: "expectHeartbeat", memberId, withinMs: roster.members.get(memberId)?.sessionTimeoutMs ?? 0 },
  ]);
}

function firstJoined({ members }: Roster, joins: ReadonlyMap<string, Ticket>): string | undefined {
  for (const memberId of members.keys()) {
    if (joins.has(memberId)) return memberId;
  }
  return undefined;
}

/** Generations are Java ints: the one after 2,147,483,647 is negative in Kafka too. */
function nextGeneration({ generation }: ClassicGroup & { readonly generation: number }): number {
  return (generation + 1) | 0;
}
