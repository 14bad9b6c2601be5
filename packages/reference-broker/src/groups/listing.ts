import { ErrorCode } from "@moldau/protocol-codec";
import type { GroupDescription, GroupView } from "./group-view.js";

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

/** Describes a group; an unknown one, or one of another protocol, is Dead, and from version 6 on not found besides. */
export function describeGroup(groupId: string, group: GroupView | undefined, apiVersion: number): GroupDescription {
  const description = group?.describe();
  if (description !== undefined) return { errorCode: ErrorCode.NONE, errorMessage: null, groupId, ...description };
  if (apiVersion < 6) return groupFailure(groupId, ErrorCode.NONE, "Dead");
  return {
    ...groupFailure(groupId, ErrorCode.GROUP_ID_NOT_FOUND, "Dead"),
    errorMessage: group === undefined ? `Group ${groupId} not found.` : `Group ${groupId} is not a classic group.`,
  };
}

/** A description that says nothing but what is wrong. */
export function groupFailure(groupId: string, errorCode: number, groupState = ""): GroupDescription {
  return { errorCode, errorMessage: null, groupId, groupState, protocolType: "", protocolData: "", members: [] };
}

/** The group's line in the list, or undefined when the filter leaves it out. */
export function listGroup(
  groupId: string,
  { state, type, protocolType }: GroupView,
  { statesFilter, typesFilter }: GroupFilter,
): GroupListing | undefined {
  const states = statesFilter.map((wanted) => wanted.trim());
  if (!isAmong(states, state) || !isAmong(typesFilter, type)) return undefined;
  return { groupId, protocolType: protocolType ?? "", groupState: state, groupType: type };
}

/** Whether a filter wants a value. */
function isAmong(filter: readonly string[], value: string): boolean {
  return filter.length === 0 || filter.some((wanted) => wanted.toLowerCase() === value.toLowerCase());
}
