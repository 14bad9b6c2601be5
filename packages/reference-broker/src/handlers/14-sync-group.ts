import { ErrorCode, SyncGroup } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { failedSync } from "../groups/classic/events.js";

/**
 * SyncGroup 0-5: a member asks for its assignment, the leader brings everybody's; answered when that is in the log.
 *
 * REBALANCE_IN_PROGRESS: join again. ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (version 3 on). From version 5 on the
 * protocol's type and name have to be given and right, else INCONSISTENT_GROUP_PROTOCOL (KIP-559). As in Apache Kafka 4.3, except when the
 * assignment cannot be written: the leader alone hears of it and may try again, where Kafka sends everybody back to join.
 */
export const syncGroup = handler({
  api: SyncGroup,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => failedSync(errorCode),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async (request, { broker, apiVersion }) => {
    if (apiVersion >= 5 && (request.protocolType === null || request.protocolName === null))
      return failedSync(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    return broker.groups.sync(request);
  },
});
