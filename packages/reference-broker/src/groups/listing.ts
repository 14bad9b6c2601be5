import { ErrorCode } from "@moldau/protocol-codec";
import { metadataOf } from "./classic/roster.js";
import { membersOf, type ClassicGroup } from "./classic/state.js";

/** A group as DescribeGroups shows it. */
export interface GroupDescription {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly MemberDescription[];
}

/** A member as DescribeGroups shows it. */
export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Shown of a stable group alone, as in Kafka. */
  readonly memberMetadata: Buffer;
  readonly memberAssignment: Buffer;
}

/** A group as ListGroups shows it. */
export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  readonly groupState: string;
  readonly groupType: string;
}

/** What of a list of groups is wanted; empty lists: everything. Upper and lower case do not count. */
export interface GroupFilter {
  readonly statesFilter: readonly string[];
  readonly typesFilter: readonly string[];
}

/** Describes a group; an unknown one is Dead, and from version 6 on not found besides. */
export function describeGroup(groupId: string, group: ClassicGroup | undefined, apiVersion: number): GroupDescription {
  if (group === undefined || group.state === "Dead") {
    if (apiVersion < 6) return groupFailure(groupId, ErrorCode.NONE, "Dead");
    return {
      ...groupFailure(groupId, ErrorCode.GROUP_ID_NOT_FOUND, "Dead"),
      errorMessage: `Group ${groupId} not found.`,
    };
  }
  const protocolName = group.state === "Stable" ? group.protocolName : null;
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId,
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

/** A description that says nothing but what is wrong. */
export function groupFailure(groupId: string, errorCode: number, groupState = ""): GroupDescription {
  return { errorCode, errorMessage: null, groupId, groupState, protocolType: "", protocolData: "", members: [] };
}

/** The group's line in the list, or undefined when the filter leaves it out. */
export function listGroup(
  groupId: string,
  group: ClassicGroup,
  { statesFilter, typesFilter }: GroupFilter,
): GroupListing | undefined {
  if (group.state === "Dead") return undefined;
  const state = group.state.toLowerCase();
  if (statesFilter.length > 0 && !statesFilter.some((wanted) => wanted.trim().toLowerCase() === state))
    return undefined;
  if (typesFilter.length > 0 && !typesFilter.some((wanted) => wanted.toLowerCase() === "classic")) return undefined;
  return { groupId, protocolType: group.protocolType ?? "", groupState: group.state, groupType: "classic" };
}
