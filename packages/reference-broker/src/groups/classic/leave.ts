import { ErrorCode } from "@moldau/protocol-codec";
import type { GroupCommand, GroupRules, LeaveAnswer, LeaveEvent, MemberIdentity, Step } from "./events.js";
import { memberError } from "./membership.js";
import { after, completeJoin, everyoneJoined, rebalanceAfterLoss, removeMember } from "./rebalance.js";
import { withoutItem } from "./roster.js";
import { pendingMembersOf, staticMemberId, type ClassicGroup, type DeadGroup } from "./state.js";

type LivingGroup = Exclude<ClassicGroup, DeadGroup>;

/** Members go, each judged by itself; when any of them went, the others rebalance. */
export function leave(group: ClassicGroup, event: LeaveEvent, rules: GroupRules): Step {
  if (group.state === "Dead")
    return { group, commands: [answer(event, { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, members: [] })] };
  let rest: LivingGroup = group;
  const commands: GroupCommand[] = [];
  const members: LeaveAnswer["members"][number][] = [];
  for (const identity of event.members) {
    const departure = depart(rest, identity);
    rest = departure.group;
    commands.push(...departure.commands);
    members.push({ ...identity, errorCode: departure.errorCode });
  }
  const anyLeft = members.some(({ errorCode }) => errorCode === ErrorCode.NONE);
  const step = after(
    commands,
    anyLeft && rest.state !== "Empty" ? rebalanceAfterLoss(rest, rules) : { group: rest, commands: [] },
  );
  return { group: step.group, commands: [...step.commands, answer(event, { errorCode: ErrorCode.NONE, members })] };
}

/** A pending member's session or a member's has run out. A member that waits for an answer is alive, unless its very first JoinGroup waits. */
export function expireSession(group: ClassicGroup, memberId: string, rules: GroupRules): Step {
  if (group.state === "Dead") return { group, commands: [] };
  if (group.state === "Empty") return removePending(group, memberId);
  const member = group.roster.members.get(memberId);
  if (member === undefined && !group.roster.pendingMembers.has(memberId)) return { group, commands: [] };
  if (member !== undefined && !member.isNew && isParked(group, memberId)) return { group, commands: [] };
  const removed = removeMember(group, memberId);
  if (removed.group.state === "PreparingRebalance") {
    // Even within the initial delay: nobody else is awaited.
    return everyoneJoined(removed.group) ? after(removed.commands, completeJoin(removed.group, rules)) : removed;
  }
  return member === undefined ? removed : after(removed.commands, rebalanceAfterLoss(removed.group, rules));
}

function depart(group: LivingGroup, identity: MemberIdentity): Step<LivingGroup> & { readonly errorCode: number } {
  const { memberId, groupInstanceId } = identity;
  if (memberId === "") {
    // An administrator names static members by their instance alone.
    const current = groupInstanceId === null ? undefined : staticMemberId(group, groupInstanceId);
    if (current === undefined || group.state === "Empty")
      return { group, commands: [], errorCode: ErrorCode.UNKNOWN_MEMBER_ID };
    return { ...removeMember(group, current), errorCode: ErrorCode.NONE };
  }
  if (pendingMembersOf(group).has(memberId)) return { ...removePending(group, memberId), errorCode: ErrorCode.NONE };
  const errorCode = memberError(group, identity);
  if (errorCode !== ErrorCode.NONE || group.state === "Empty") return { group, commands: [], errorCode };
  return { ...removeMember(group, memberId), errorCode };
}

function removePending(group: LivingGroup, memberId: string): Step<LivingGroup> {
  if (group.state !== "Empty") return removeMember(group, memberId);
  return {
    group: { ...group, pendingMembers: withoutItem(group.pendingMembers, memberId) },
    commands: [{ type: "forgetMember", memberId }],
  };
}

function isParked(group: Exclude<LivingGroup, { state: "Empty" }>, memberId: string): boolean {
  if (group.state === "PreparingRebalance") return group.joins.has(memberId);
  return group.state === "CompletingRebalance" && group.syncs.has(memberId);
}

function answer({ ticket }: LeaveEvent, body: LeaveAnswer): GroupCommand {
  return { type: "answerLeave", ticket, answer: body };
}
