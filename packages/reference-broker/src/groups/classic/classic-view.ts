import { ErrorCode } from "@moldau/protocol-codec";
import type { GroupView } from "../group-view.js";
import { commitError } from "./membership.js";
import { metadataOf } from "./roster.js";
import {
  isSubscribedTo,
  membersOf,
  usesConsumerProtocol,
  type ClassicGroup,
  type DeadGroup,
  type EmptyGroup,
} from "./state.js";

/** A group of the classic protocol, as what does not depend on the protocol sees it. */
export function classicView(group: Exclude<ClassicGroup, DeadGroup>): GroupView {
  return {
    type: "classic",
    state: group.state,
    protocolType: group.protocolType,
    isEmpty: group.state === "Empty",
    usesConsumerProtocol: usesConsumerProtocol(group),
    isSubscribedTo: (topic) => isSubscribedTo(group, topic),
    commitError: (claim) => commitError(group, claim),
    // A member of the classic protocol says nothing of itself when it fetches.
    fetchError: () => ErrorCode.NONE,
    retentionStart: () => retentionStart(group),
    tombstones: (groupId) => [{ kind: "group", groupId, value: null }],
    describe: () => describe(group),
  };
}

/**
 * Offsets of a group with members expire only when the topics that they read are known; those of an empty group from the moment it became
 * empty; those of a simple group from their commit (KIP-211, KIP-496).
 */
function retentionStart(group: Exclude<ClassicGroup, DeadGroup>): ReturnType<GroupView["retentionStart"]> {
  if (group.state === "Empty") return emptySince(group);
  const isKnown = group.state === "Stable" && usesConsumerProtocol(group) && group.subscribedTopics !== null;
  return isKnown ? (committedAtMs) => committedAtMs : undefined;
}

function emptySince({ protocolType, changedAtMs }: EmptyGroup): (committedAtMs: number) => number {
  return (committedAtMs) => (protocolType === null ? committedAtMs : (changedAtMs ?? committedAtMs));
}

function describe(group: Exclude<ClassicGroup, DeadGroup>): NonNullable<ReturnType<GroupView["describe"]>> {
  const protocolName = group.state === "Stable" ? group.protocolName : null;
  return {
    groupState: group.state,
    protocolType: group.protocolType ?? "",
    protocolData: protocolName ?? "",
    members: membersOf(group).map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: metadataOf(member, protocolName),
      memberAssignment: member.assignment,
    })),
  };
}
