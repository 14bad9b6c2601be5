import { Heartbeat } from "@moldau/protocol-codec";
import { handler } from "../network/dispatch.js";

/**
 * Heartbeat 0-4: a member says that it is alive, and hears whether a rebalance has begun.
 *
 * REBALANCE_IN_PROGRESS: join again. ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (version 3 on): the group went on without
 * this member. While the group is being loaded the answer is "no error", as in Apache Kafka 4.3: the member need not know.
 */
export const heartbeat = handler(Heartbeat, { min: 0, max: 4 }, async (request, { broker }) => ({
  errorCode: await broker.groups.heartbeat(request),
}));
