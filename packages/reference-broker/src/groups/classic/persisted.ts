import type { GroupMetadata } from "../records.js";
import { metadataOf } from "./roster.js";
import { emptyGroup, type ClassicMember, type EmptyGroup, type Roster, type StableGroup } from "./state.js";
import { subscribedTopicsOf } from "./subscriptions.js";

/** What the log keeps of a group: written whenever a generation is complete, and when the group becomes empty. */
export function groupMetadata(group: EmptyGroup | StableGroup): GroupMetadata {
  const common = { protocolType: group.protocolType, generation: group.generation, changedAtMs: group.changedAtMs };
  if (group.state === "Empty") return { ...common, protocolName: null, leader: null, members: [] };
  return {
    ...common,
    protocolName: group.protocolName,
    leader: group.roster.leader,
    members: [...group.roster.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: metadataOf(member, group.protocolName),
      assignment: member.assignment,
    })),
  };
}

/**
 * The group that the log tells of: empty, or stable with the members of its last generation, each knowing the one protocol that was
 * chosen then. Null: the log holds offsets of the group but was never told of a member.
 */
export function restoreGroup(metadata: GroupMetadata | null): EmptyGroup | StableGroup {
  if (metadata === null) return emptyGroup(null);
  const { protocolType, protocolName, generation, changedAtMs } = metadata;
  const roster = restoreRoster(metadata);
  if (roster.members.size === 0 || protocolType === null || protocolName === null) {
    const subscribedTopics = subscribedTopicsOf(protocolType, null, restoreRoster({ ...metadata, members: [] }));
    return { ...emptyGroup(changedAtMs), generation, protocolType, subscribedTopics };
  }
  return {
    state: "Stable",
    generation,
    protocolType,
    protocolName,
    roster,
    pendingSync: new Set(),
    changedAtMs,
    subscribedTopics: subscribedTopicsOf(protocolType, protocolName, roster),
  };
}

function restoreRoster({ protocolName, leader, members }: GroupMetadata): Roster {
  const restored = members.map((member): ClassicMember => {
    const { subscription, ...facts } = member;
    return {
      ...facts,
      protocols: protocolName === null ? [] : [{ name: protocolName, metadata: subscription }],
      isNew: false,
    };
  });
  return {
    members: new Map(restored.map((member) => [member.memberId, member])),
    leader: leader ?? restored[0]?.memberId ?? null,
    pendingMembers: new Set(),
  };
}
