import { ErrorCode, LeaveGroup } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";

/**
 * LeaveGroup 0-5: members go; those who stay rebalance at once.
 *
 * From version 3 on one request takes several members, each answered by itself, and an administrator may name static members by their
 * instance alone, with an empty member id. Before that one member goes, and its error is the answer's. UNKNOWN_MEMBER_ID, also for an
 * unknown group; FENCED_INSTANCE_ID. The reason of version 5 on (KIP-800) is for logs, which this broker does not keep. As in Apache
 * Kafka 4.3.
 */
export const leaveGroup = handler({
  api: LeaveGroup,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async ({ groupId, memberId, members }, { broker, apiVersion }) => {
    const single = apiVersion < 3;
    const answer = await broker.groups.leave(
      groupId,
      single ? [{ memberId, groupInstanceId: null }] : members.map(identity),
    );
    if (!single) return answer;
    return {
      errorCode:
        answer.errorCode === ErrorCode.NONE ? (answer.members[0]?.errorCode ?? ErrorCode.NONE) : answer.errorCode,
    };
  },
});

function identity({
  memberId,
  groupInstanceId,
}: {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}): { memberId: string; groupInstanceId: string | null } {
  return { memberId, groupInstanceId };
}
