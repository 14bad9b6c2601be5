import { ErrorCode } from "@moldau/protocol-codec";
import {
  failedJoin,
  failedSync,
  type GroupCommand,
  type GroupEvent,
  type GroupRules,
  type HeartbeatEvent,
  type Step,
} from "./events.js";
import { join } from "./join.js";
import { expireSession, leave } from "./leave.js";
import { generationError } from "./membership.js";
import { after, completeJoin, removeMember, startRebalance } from "./rebalance.js";
import { deadGroup, memberOf, membersOf, type ClassicGroup, type InitialDelay, type PreparingGroup } from "./state.js";
import { sync } from "./sync.js";

/**
 * What a classic group becomes when something happens to it, and what is to be done about it. A pure function: the same state, event and
 * rules always give the same step, and nothing that was given is changed.
 */
export function transition(group: ClassicGroup, event: GroupEvent, rules: GroupRules): Step {
  switch (event.type) {
    case "join":
      return join(group, event, rules);
    case "sync":
      return sync(group, event);
    case "heartbeat":
      return heartbeat(group, event);
    case "leave":
      return leave(group, event, rules);
    case "commit":
      return { group, commands: signOfLife(group, event.memberId) };
    case "joinDeadline":
      return endOfWait(group, rules);
    case "syncDeadline":
      return dropUnsynced(group, rules);
    case "sessionDeadline":
      return expireSession(group, event.memberId, rules);
    case "restored":
      return welcomeBack(group, rules);
    case "downgraded":
      return after(welcomeBack(group, rules).commands, rebalance(group, rules));
    case "upgraded":
      return dissolve(group, ErrorCode.REBALANCE_IN_PROGRESS);
    case "unload":
      return dissolve(group, ErrorCode.NOT_COORDINATOR);
  }
}

/** A member says that it is alive, and hears whether it has to join again. */
function heartbeat(group: ClassicGroup, event: HeartbeatEvent): Step {
  const answer = (errorCode: number): GroupCommand => ({ type: "answerHeartbeat", ticket: event.ticket, errorCode });
  const error = generationError(group, event);
  if (error !== ErrorCode.NONE) return { group, commands: [answer(error)] };
  const member = memberOf(group, event.memberId);
  const alive: GroupCommand[] =
    member === undefined
      ? []
      : [{ type: "expectHeartbeat", memberId: member.memberId, withinMs: member.sessionTimeoutMs }];
  return {
    group,
    commands: [
      ...alive,
      answer(group.state === "PreparingRebalance" ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE),
    ],
  };
}

function signOfLife(group: ClassicGroup, memberId: string): readonly GroupCommand[] {
  const member = memberOf(group, memberId);
  if (member === undefined || group.state === "CompletingRebalance") return [];
  return [{ type: "expectHeartbeat", memberId, withinMs: member.sessionTimeoutMs }];
}

/** The wait for members is over, unless it is a first rebalance's and somebody came during it (KIP-134). */
function endOfWait(group: ClassicGroup, rules: GroupRules): Step {
  if (group.state !== "PreparingRebalance") return { group, commands: [] };
  const { initialDelay } = group;
  return initialDelay !== null && initialDelay.memberAdded && initialDelay.remainingMs > 0
    ? waitOnce(group, initialDelay, rules)
    : completeJoin(group, rules);
}

function waitOnce(
  group: PreparingGroup,
  { delayMs, remainingMs }: InitialDelay,
  { initialRebalanceDelayMs }: GroupRules,
): Step {
  const next = Math.min(initialRebalanceDelayMs, remainingMs);
  const initialDelay: InitialDelay = {
    delayMs: next,
    remainingMs: Math.max(remainingMs - delayMs, 0),
    memberAdded: false,
  };
  return { group: { ...group, initialDelay }, commands: [{ type: "setDeadline", deadline: "join", delayMs: next }] };
}

/** Members that joined the generation but never came for their assignment are dropped, and the others rebalance. */
function dropUnsynced(group: ClassicGroup, rules: GroupRules): Step {
  if (group.state !== "CompletingRebalance" && group.state !== "Stable") return { group, commands: [] };
  if (group.pendingSync.size === 0) return { group, commands: [] };
  let rest = group;
  const commands: GroupCommand[] = [];
  for (const memberId of group.pendingSync) {
    const step = removeMember(rest, memberId);
    rest = step.group;
    commands.push(...step.commands);
  }
  return after(
    commands,
    startRebalance(rest, { roster: rest.roster, protocolType: rest.protocolType, joins: new Map() }, rules),
  );
}

/** After a restart or a move every member gets a whole session to show itself; a group above the size limit shrinks in a rebalance. */
function welcomeBack(group: ClassicGroup, rules: GroupRules): Step {
  const members = membersOf(group);
  const commands = members.map(({ memberId, sessionTimeoutMs }): GroupCommand => ({
    type: "expectHeartbeat",
    memberId,
    withinMs: sessionTimeoutMs,
  }));
  return members.length <= rules.maxSize ? { group, commands } : after(commands, rebalance(group, rules));
}

function rebalance(group: ClassicGroup, rules: GroupRules): Step {
  if (group.state !== "Stable") return { group, commands: [] };
  return startRebalance(group, { roster: group.roster, protocolType: group.protocolType, joins: new Map() }, rules);
}

/** The group is none of this protocol or of this broker any more: whoever waits is told why. */
function dissolve(group: ClassicGroup, errorCode: number): Step {
  const commands: GroupCommand[] = [];
  if (group.state === "PreparingRebalance") {
    for (const [memberId, ticket] of group.joins)
      commands.push({ type: "answerJoin", ticket, answer: failedJoin(errorCode, memberId) });
  }
  if (group.state === "CompletingRebalance") {
    for (const ticket of group.syncs.values())
      commands.push({ type: "answerSync", ticket, answer: failedSync(errorCode) });
  }
  return { group: deadGroup, commands };
}
