import { Heartbeat } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";

/**
 * Heartbeat 0-4: a member says that it is alive, and hears whether a rebalance has begun.
 *
 * REBALANCE_IN_PROGRESS: join again. ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (version 3 on): the group went on without
 * this member. While the group is being loaded the answer is "no error", as in Apache Kafka 4.3: the member need not know.
 */
export const heartbeat = handler({
  api: Heartbeat,
  versions: { min: 0, max: 4 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async (request, { broker }) => ({
    errorCode: await broker.groups.heartbeat(request),
  }),
});
