import { JoinGroup } from "@moldau/protocol-codec";
import { failedJoin, type JoinAnswer } from "../groups/classic/events.js";
import { handler } from "../network/handler.js";
import { denialCode } from "../security/access.js";

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
export const joinGroup = handler({
  api: JoinGroup,
  versions: { min: 0, max: 9 },
  refuse: (_request, { errorCode, apiVersion }) => inVersion(failedJoin(errorCode, ""), apiVersion),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async (request, { broker, apiVersion, clientId, clientHost }) => {
    return inVersion(await broker.groups.join(request, { apiVersion, clientId, clientHost }), apiVersion);
  },
});

/** Before version 7 the protocol's name cannot be null. */
function inVersion({ protocolName, ...answer }: JoinAnswer, apiVersion: number): JoinAnswer {
  return { ...answer, protocolName: protocolName ?? (apiVersion < 7 ? "" : null) };
}
