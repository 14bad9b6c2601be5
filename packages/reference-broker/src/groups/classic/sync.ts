import { ErrorCode } from "@moldau/protocol-codec";
import { failedSync, type GroupCommand, type Step, type SyncAnswer, type SyncEvent } from "./events.js";
import { generationError } from "./membership.js";
import { groupMetadata } from "./persisted.js";
import { withEveryMember, withoutItem } from "./roster.js";
import { memberOf, noAssignment, type ClassicGroup, type CompletingGroup, type StableGroup } from "./state.js";

/** A member asks for its assignment; the leader brings everybody's. */
export function sync(group: ClassicGroup, event: SyncEvent): Step {
  const errorCode = syncError(group, event);
  if (errorCode !== ErrorCode.NONE) return { group, commands: [answer(event.ticket, failedSync(errorCode))] };
  if (group.state === "CompletingRebalance")
    return group.roster.leader === event.memberId ? assign(group, event) : park(group, event);
  if (group.state === "Stable") return fetchAssignment(group, event);
  return { group, commands: [answer(event.ticket, failedSync(ErrorCode.REBALANCE_IN_PROGRESS))] };
}

function syncError(group: ClassicGroup, event: SyncEvent): number {
  if (group.state === "Empty") return ErrorCode.UNKNOWN_MEMBER_ID;
  const error = generationError(group, event);
  if (error !== ErrorCode.NONE || group.state === "Dead") return error;
  const isConsistent = agrees(event.protocolType, group.protocolType) && agrees(event.protocolName, group.protocolName);
  return isConsistent ? ErrorCode.NONE : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
}

function agrees(ofRequest: string | null, ofGroup: string | null): boolean {
  return ofRequest === null || ofGroup === null || ofRequest === ofGroup;
}

/** The generation is complete: everybody gets what the leader decided, nothing where it decided nothing, and the log gets it first. */
function assign(group: CompletingGroup, event: SyncEvent): Step {
  const { syncs, ...rest } = arrived(group, event);
  const roster = withEveryMember(group.roster, (member) => ({
    ...member,
    assignment: event.assignments.get(member.memberId) ?? noAssignment,
  }));
  const stable: StableGroup = { ...rest, state: "Stable", roster };
  const commands: GroupCommand[] = [{ type: "write", metadata: groupMetadata(stable) }];
  for (const [memberId, ticket] of syncs) {
    commands.push(answer(ticket, assignmentOf(stable, memberId)));
    // Its session may have run out unnoticed while it waited for the leader or the log.
    commands.push({ type: "expectHeartbeat", memberId, withinMs: memberOf(stable, memberId)?.sessionTimeoutMs ?? 0 });
  }
  return { group: stable, commands: [...commands, ...whenAllSynced(stable)] };
}

function park(group: CompletingGroup, event: SyncEvent): Step {
  const superseded = group.syncs.get(event.memberId);
  const next = arrived(group, event);
  // As with JoinGroup, the request of an earlier try gets an answer too.
  const commands = superseded === undefined ? [] : [answer(superseded, failedSync(ErrorCode.REBALANCE_IN_PROGRESS))];
  return { group: next, commands: [...commands, ...whenAllSynced(next)] };
}

function arrived(group: CompletingGroup, { memberId, ticket }: SyncEvent): CompletingGroup {
  return {
    ...group,
    syncs: new Map(group.syncs).set(memberId, ticket),
    pendingSync: withoutItem(group.pendingSync, memberId),
  };
}

function fetchAssignment(group: StableGroup, { ticket, memberId }: SyncEvent): Step {
  const next: StableGroup = { ...group, pendingSync: withoutItem(group.pendingSync, memberId) };
  return { group: next, commands: [...whenAllSynced(next), answer(ticket, assignmentOf(group, memberId))] };
}

function assignmentOf(group: StableGroup, memberId: string): SyncAnswer {
  const { protocolType, protocolName } = group;
  return {
    errorCode: ErrorCode.NONE,
    protocolType,
    protocolName,
    assignment: memberOf(group, memberId)?.assignment ?? noAssignment,
  };
}

function whenAllSynced({ pendingSync }: CompletingGroup | StableGroup): readonly GroupCommand[] {
  return pendingSync.size === 0 ? [{ type: "cancelDeadline", deadline: "sync" }] : [];
}

function answer(ticket: number, body: SyncAnswer): GroupCommand {
  return { type: "answerSync", ticket, answer: body };
}
