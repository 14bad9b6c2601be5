import { decodeSubscription, encodeAssignment, Uuid } from "@moldau/protocol-codec";
import { groupMetadata } from "../classic/persisted.js";
import { metadataOf, selectProtocol } from "../classic/roster.js";
import type { ClassicMember, Roster, StableGroup } from "../classic/state.js";
import { subscribedTopicsOf } from "../classic/subscriptions.js";
import { Draft } from "./draft.js";
import type { ConsumerRules, ConsumerStep } from "./events.js";
import { classicMemberCount, staticMember, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { groupTombstones } from "./tombstones.js";
import type { TopicCatalogue } from "./topic-catalogue.js";
import { ascending, noPartitions, type TopicPartitions } from "./topic-partitions.js";

/** What becomes of a group when the last of its members that reads by the consumer protocol goes; undefined when it stays what it is. */
export function downgradeWithout(
  group: ConsumerGroup,
  leaving: readonly ConsumerMember[],
  rules: ConsumerRules,
): ConsumerStep | undefined {
  const remaining = group.members.size - leaving.length;
  const classic = classicMemberCount(group) - leaving.filter(({ classic: membership }) => membership !== null).length;
  if (classic !== remaining || remaining === 0 || !mayDowngrade(remaining, rules)) return undefined;
  const gone = new Set(leaving.map(({ memberId }) => memberId));
  const members = [...group.members.values()].filter(({ memberId }) => !gone.has(memberId));
  const draft = new Draft(rules.groupId, group);
  becomeClassic(draft, { group, members, rebalances: true }, rules);
  return draft.step;
}

/** Whether a group may become one of the classic protocol once a static member's next incarnation, of that protocol, has taken its place. */
export function mayDowngradeBy(group: ConsumerGroup, replaced: ConsumerMember, rules: ConsumerRules): boolean {
  const others = group.members.size - 1;
  return replaced.classic === null && classicMemberCount(group) === others && mayDowngrade(group.members.size, rules);
}

/** Who is in the group that becomes a classic one. */
export interface Downgrade {
  /** As it was before the step. */
  readonly group: ConsumerGroup;
  readonly members: readonly ConsumerMember[];
  /** Whether the classic group begins with a rebalance. */
  readonly rebalances: boolean;
}

/** Writes that a group is one of the classic protocol from now on: its members keep what the target gave them, in a generation of the group's epoch. */
export function becomeClassic(
  draft: Draft,
  { group, members, rebalances }: Downgrade,
  { nowMs, topics }: ConsumerRules,
): void {
  const { groupId } = draft;
  const known = members.map((member) => classicMember(member));
  const [first] = known;
  const chosen: Roster = {
    members: new Map(known.map((member) => [member.memberId, member])),
    leader: first?.memberId ?? null,
    pendingMembers: new Set(),
  };
  const protocolName = selectProtocol(chosen);
  const assigned = known.map((member) => ({
    ...member,
    assignment: assignmentOf(member, { target: targetIn(group, member), protocolName, topics }),
  }));
  const roster: Roster = { ...chosen, members: new Map(assigned.map((member) => [member.memberId, member])) };
  const classic: StableGroup = {
    state: "Stable",
    generation: group.epoch,
    protocolType: "consumer",
    protocolName,
    roster,
    pendingSync: new Set(),
    changedAtMs: nowMs,
    subscribedTopics: subscribedTopicsOf("consumer", protocolName, roster),
  };
  draft.end([...groupTombstones(groupId, draft.group), { kind: "group", groupId, value: groupMetadata(classic) }]);
  draft.command({ type: "becomeClassic", group: classic, rebalances });
}

function mayDowngrade(size: number, { migration, classicMaxSize }: ConsumerRules): boolean {
  return migration.downgrade && size <= classicMaxSize;
}

function classicMember({ classic, ...member }: ConsumerMember): ClassicMember {
  return {
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: classic?.sessionTimeoutMs ?? 0,
    protocols: classic?.protocols ?? [],
    assignment: Buffer.alloc(0),
    isNew: false,
  };
}

/** What the target gave a member, or the incarnation of it that it took the place of. */
function targetIn(group: ConsumerGroup, { memberId, groupInstanceId }: ClassicMember): TopicPartitions {
  return group.targets.get(staticMember(group, groupInstanceId)?.memberId ?? memberId) ?? noPartitions;
}

function assignmentOf(
  member: ClassicMember,
  {
    target,
    protocolName,
    topics,
  }: { readonly target: TopicPartitions; readonly protocolName: string; readonly topics: TopicCatalogue },
): Buffer {
  return encodeClassicAssignment(target, metadataOf(member, protocolName), topics);
}

/** An assignment as a member of the classic protocol reads it, in the version of its subscription. Topics that are gone by now are left out. */
export function encodeClassicAssignment(
  partitions: ReadonlyMap<string, { keys(): Iterable<number> }>,
  subscription: Buffer,
  topics: TopicCatalogue,
): Buffer {
  const assignedPartitions = [...partitions].flatMap(([topicId, numbers]) => {
    const topic = topics.nameOf(Uuid.parse(topicId));
    return topic === undefined ? [] : [{ topic, partitions: ascending(numbers.keys()) }];
  });
  return encodeAssignment(decodeSubscription(subscription).version, { assignedPartitions, userData: null });
}
