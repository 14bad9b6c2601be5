import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../../coordination/coordinator-error.js";
import { javaHashOrder } from "../java-hash-order.js";
import type { AssignedGroup, AssignedMember, ServerAssignor } from "./assignors/assignor.js";
import { refusal, type Draft } from "./draft.js";
import type { ConsumerRules } from "./events.js";
import { targetOf, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { isHomogeneous, subscribedIds } from "./subscriptions.js";
import { noPartitions, samePartitions, type TopicPartitions } from "./topic-partitions.js";

/**
 * Has the target worked out when the group's epoch has gone past it, unless the last one is younger than the group's interval: then the next
 * heartbeat after it will. A target record is written for each member whose share changes, and the target's epoch. Throws
 * UNKNOWN_SERVER_ERROR when the assignor fails.
 */
export function updateTarget(draft: Draft, rules: ConsumerRules): void {
  const { group } = draft;
  if (group.targetEpoch >= group.epoch || !isDue(group, rules)) return;
  const assigned = assign(group, rules);
  for (const memberId of javaHashOrder([...group.members.keys()])) {
    const target = assigned.get(memberId) ?? noPartitions;
    const known = draft.before.targets.get(memberId);
    if (known === undefined || !samePartitions(known, target))
      draft.write({ kind: "consumerTarget", memberId, value: target });
  }
  draft.write({ kind: "consumerTargetEpoch", value: { epoch: group.epoch, atMs: rules.nowMs } });
}

/** The assignor that most members wish, or the default one when none of them wishes any. */
export function preferredAssignor({ members }: ConsumerGroup, assignors: ReadonlyMap<string, ServerAssignor>): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of members.values())
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  const [defaultName = ""] = assignors.keys();
  let best = defaultName;
  for (const name of javaHashOrder([...votes.keys()])) if ((votes.get(name) ?? 0) > (votes.get(best) ?? 0)) best = name;
  return best;
}

function isDue({ targetAtMs }: ConsumerGroup, { assignmentIntervalMs, nowMs }: ConsumerRules): boolean {
  return targetAtMs === 0 || assignmentIntervalMs === 0 || nowMs >= targetAtMs + assignmentIntervalMs;
}

function assign(group: ConsumerGroup, { assignors, topics }: ConsumerRules): ReadonlyMap<string, TopicPartitions> {
  const name = preferredAssignor(group, assignors);
  // A member may have wished one that the broker was told to do without since.
  const [fallback] = assignors.values();
  const assignor = assignors.get(name) ?? fallback;
  try {
    if (assignor === undefined) throw refusal(ErrorCode.UNKNOWN_SERVER_ERROR, "there is no assignor");
    return assignor.assign(
      describe(group, (member) => subscribedIds(group, member, topics)),
      topics,
    );
  } catch (error) {
    if (!(error instanceof CoordinatorError)) throw error;
    throw refusal(
      ErrorCode.UNKNOWN_SERVER_ERROR,
      `Failed to compute a new target assignment for epoch ${group.epoch}: ${error.message}`,
    );
  }
}

function describe(group: ConsumerGroup, topicIdsOf: (member: ConsumerMember) => ReadonlySet<string>): AssignedGroup {
  const members = new Map<string, AssignedMember>();
  for (const memberId of javaHashOrder([...group.members.keys()])) {
    const member = group.members.get(memberId);
    if (member === undefined) continue;
    const { groupInstanceId, rackId } = member;
    members.set(memberId, { groupInstanceId, rackId, topicIds: topicIdsOf(member), target: targetOf(group, member) });
  }
  const given = new Map<string, Set<number>>();
  for (const target of group.targets.values())
    for (const [topicId, partitions] of target) {
      const all = given.get(topicId);
      if (all === undefined) given.set(topicId, new Set(partitions));
      else for (const partition of partitions) all.add(partition);
    }
  return {
    members,
    isHomogeneous: isHomogeneous(group),
    isAssigned: (topicId, partition) => given.get(topicId)?.has(partition) ?? false,
  };
}
