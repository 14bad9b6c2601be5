import { ConsumerGroupHeartbeat, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { denialCode } from "../security/access.js";

/**
 * ConsumerGroupHeartbeat 0-1: a member joins a group of the consumer protocol (KIP-848), says that it lives and what it has given up, and hears
 * what it is to have; or it leaves.
 *
 * Version 1 brings patterns (SubscribedTopicRegex) and ids that members make themselves. UNSUPPORTED_VERSION where the protocol is switched
 * off, by the feature `group.version` or by `group.coordinator.rebalance.protocols`. INVALID_REQUEST, UNSUPPORTED_ASSIGNOR and
 * INVALID_REGULAR_EXPRESSION with Kafka's sentences; FENCED_MEMBER_EPOCH and UNKNOWN_MEMBER_ID: the member is to give everything up and to
 * join anew; UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID: another has the static name. As in Apache Kafka 4.3, but that the sentence
 * about a pattern does not say what is wrong with it, and that a classic group can be taken over in its very first rebalance too, at which
 * Kafka fails.
 */
export const consumerGroupHeartbeat = handler({
  api: ConsumerGroupHeartbeat,
  versions: { min: 0, max: 1 },
  refuse: (_request, { errorCode }) => ({
    errorCode,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  }),
  authorize: ({ groupId, subscribedTopicNames }, { broker, access }) => {
    if (!broker.groups.servesConsumerGroups(broker.cluster)) return ErrorCode.UNSUPPORTED_VERSION;
    const denied = denialCode(access, "read", { kind: "group", name: groupId });
    if (denied !== ErrorCode.NONE) return denied;
    const hidden = subscribedTopicNames?.find((name) => !access.allows("describe", { kind: "topic", name }));
    return hidden === undefined ? ErrorCode.NONE : denialCode(access, "describe", { kind: "topic", name: hidden });
  },
  answer: (request, { broker, access, ...caller }) =>
    broker.groups.consumerHeartbeat(request, caller, (name) => access.allows("describe", { kind: "topic", name })),
});
