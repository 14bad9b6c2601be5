import { JoinGroup } from "@moldau/protocol-codec";
import { handler } from "../network/dispatch.js";

/**
 * JoinGroup 0-9: a member takes part in the next generation of its group; answered when everybody has come or the time is up.
 *
 * From version 4 on a dynamic member without an id first gets one with MEMBER_ID_REQUIRED and comes again with it (KIP-394). A static
 * member (version 5 on, KIP-345) takes its old place back, without a rebalance where the protocol stays the same; from version 9 on a
 * leader that does so is told to keep the assignment (KIP-814). INVALID_SESSION_TIMEOUT outside of `group.min.session.timeout.ms` to
 * `group.max.session.timeout.ms`, INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED. As in
 * Apache Kafka 4.3, except: `group.initial.rebalance.delay.ms` is 0 by default, so that tests need not wait for the first rebalance; the
 * older of two requests of one member that wait at once is answered with REBALANCE_IN_PROGRESS, where Kafka never answers it; new groups
 * answer after their record is in the log.
 */
export const joinGroup = handler(
  JoinGroup,
  { min: 0, max: 9 },
  async (request, { broker, apiVersion, clientId, clientHost }) => {
    const { protocolName, ...answer } = await broker.groups.join(request, { apiVersion, clientId, clientHost });
    // Before version 7 the name cannot be null.
    return { ...answer, protocolName: protocolName ?? (apiVersion < 7 ? "" : null) };
  },
);
