import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import { LeaveGroup, type LeaveGroupResponse, type RequestInputOf } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemAnswer } from "../routing/item-operation.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { tooOld } from "./arguments.js";

/** A member by the id that it has in the group, or a static one by its name. */
export type GroupMemberName =
  | { readonly memberId: string; readonly groupInstanceId?: never }
  | { readonly groupInstanceId: string; readonly memberId?: never };

/** What became of a member to remove; it is named as it was in the call. */
export interface RemovedGroupMember extends ItemResult {
  /** Absent where it was named by `groupInstanceId`. */
  readonly memberId?: string;
  /** Absent where it was named by `memberId`. */
  readonly groupInstanceId?: string;
}

/** Takes members out of a group in their place (LeaveGroup); those who speak the next-generation protocol are UNKNOWN_MEMBER_ID. */
export function leaveGroup(
  groupId: string,
  members: readonly GroupMemberName[],
  reason: string,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly RemovedGroupMember[]> {
  return perform({
    api: LeaveGroup,
    items: members,
    route: coordinatorOf("group", () => groupId),
    // Whoever has that name by then may be another.
    repeatable: false,
    itemsPerRequest: (version) => (version >= firstWithMany ? members.length : 1),
    keyOf: memberKey,
    factsOf: () => ({ groupId }),
    question: (some: readonly GroupMemberName[], { version }) => question({ groupId, members: some, reason, version }),
    answers,
    succeeded: (member: GroupMemberName): RemovedGroupMember => ({ ...member }),
    failed: (member: GroupMemberName, error): RemovedGroupMember => ({ ...member, error }),
  });
}

/** Since version 3 a request takes several members, and static ones (KIP-345). */
const firstWithMany = 3;

interface Question {
  readonly groupId: string;
  readonly members: readonly GroupMemberName[];
  readonly reason: string;
  readonly version: number;
}

function question({ groupId, members, reason, version }: Question): RequestInputOf<typeof LeaveGroup> {
  if (version >= firstWithMany)
    return {
      groupId,
      members: members.map(({ memberId = "", groupInstanceId = null }) => ({ memberId, groupInstanceId, reason })),
    };
  const [only] = members;
  if (only?.memberId === undefined) throw tooOld(LeaveGroup, "removing a member by groupInstanceId", "2.4");
  return { groupId, memberId: only.memberId };
}

/** What an answer says of each member; what it refuses as a whole it refuses of each. */
function answers(
  { errorCode, members }: LeaveGroupResponse,
  asked: readonly GroupMemberName[],
): readonly (readonly [string, ItemAnswer])[] {
  if (members.length === 0) return asked.map((member) => [memberKey(member), { errorCode }] as const);
  return members.map(({ memberId, groupInstanceId, errorCode: ofMember }) => [
    memberKey(groupInstanceId === null ? { memberId } : { groupInstanceId }),
    { errorCode: ofMember },
  ]);
}

/** Makes the name by which a member is found in answers, and in refusals. */
export function memberKey({ memberId, groupInstanceId }: RemovedGroupMember): string {
  return groupInstanceId === undefined ? `memberId ${memberId}` : `groupInstanceId ${groupInstanceId}`;
}
