import { ErrorCode } from "@moldau/protocol-codec";
import type { CommitClaim } from "../group-view.js";
import { memberOf, staticMemberId, type ClassicGroup } from "./state.js";

/** How a request names the member that it comes from. */
export interface MemberClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/**
 * The error that a request deserves for its member, or NONE: UNKNOWN_MEMBER_ID for whom the group does not know, FENCED_INSTANCE_ID for a
 * static member whose place a newer one took (KIP-345).
 */
export function memberError(group: ClassicGroup, { memberId, groupInstanceId }: MemberClaim): number {
  if (groupInstanceId !== null) {
    const current = staticMemberId(group, groupInstanceId);
    if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
  }
  return memberOf(group, memberId) === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
}

/** As {@link memberError}, and ILLEGAL_GENERATION when the request is of another generation than the group. */
export function generationError(group: ClassicGroup, claim: MemberClaim & { readonly generationId: number }): number {
  if (group.state === "Dead") return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const error = memberError(group, claim);
  if (error !== ErrorCode.NONE) return error;
  return claim.generationId === group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

/**
 * The error that an offset commit deserves, or NONE. An empty group takes commits of anybody without a generation (a simple consumer, an
 * admin client); otherwise only members of the current generation may commit. A transactional commit without member is not checked.
 */
export function commitError(group: ClassicGroup, claim: Omit<CommitClaim, "apiVersion" | "partitions">): number {
  const { isTransactional = false } = claim;
  if (group.state === "Dead") return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (claim.generationId < 0 && group.state === "Empty") return ErrorCode.NONE;
  if (claim.generationId >= 0 || claim.memberId !== "" || claim.groupInstanceId !== null) {
    const error = generationError(group, claim);
    if (error !== ErrorCode.NONE) return error;
  } else if (!isTransactional && group.state !== "Empty") {
    return ErrorCode.UNKNOWN_MEMBER_ID;
  }
  // The member has its generation but not its assignment yet: it cannot have processed anything, and is to join again if it insists.
  return !isTransactional && group.state === "CompletingRebalance" ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}
