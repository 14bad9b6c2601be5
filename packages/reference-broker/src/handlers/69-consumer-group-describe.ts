import { ConsumerGroupDescribe, ErrorCode } from "@moldau/protocol-codec";
import { consumerGroupFailure, type ConsumerGroupDescription } from "../groups/consumer/description.js";
import { handler } from "../network/handler.js";
import { authorizedOperations, denialCode, type Access } from "../security/access.js";

/**
 * ConsumerGroupDescribe 0-1: state, epochs and members of groups of the consumer protocol, with what each member has and is to have.
 *
 * Version 1 says by which protocol a member came. GROUP_ID_NOT_FOUND for a group of another protocol too. A group with topics that the client
 * may not know of is not described. As in Apache Kafka 4.3; the answers keep the order of the request.
 */
export const consumerGroupDescribe = handler({
  api: ConsumerGroupDescribe,
  versions: { min: 0, max: 1 },
  refuse: ({ groupIds }, { errorCode }) => ({
    groups: groupIds.map((groupId) => consumerGroupFailure(groupId, errorCode)),
  }),
  authorize: (_request, { broker }) =>
    broker.groups.servesConsumerGroups(broker.cluster) ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_VERSION,
  answer: ({ groupIds, includeAuthorizedOperations }, { broker, access }) => {
    const groups = groupIds.map((name) => {
      const denied = denialCode(access, "describe", { kind: "group", name });
      if (denied !== ErrorCode.NONE) return consumerGroupFailure(name, denied);
      const [group = consumerGroupFailure(name, ErrorCode.GROUP_ID_NOT_FOUND)] = broker.groups.describeConsumer([name]);
      return withoutHidden(group, access);
    });
    if (!includeAuthorizedOperations) return { groups };
    return {
      groups: groups.map((group) =>
        group.errorCode === ErrorCode.NONE
          ? { ...group, authorizedOperations: authorizedOperations(access, { kind: "group", name: group.groupId }) }
          : group,
      ),
    };
  },
});

/** The group, unless it has topics that the client may not know of. */
function withoutHidden(group: ConsumerGroupDescription, access: Access): ConsumerGroupDescription {
  const topics = group.members.flatMap(({ assignment, targetAssignment, subscribedTopicNames }) => [
    ...subscribedTopicNames,
    ...[...assignment.topicPartitions, ...targetAssignment.topicPartitions].map(({ topicName }) => topicName),
  ]);
  if (topics.every((name) => access.allows("describe", { kind: "topic", name }))) return group;
  return consumerGroupFailure(
    group.groupId,
    ErrorCode.TOPIC_AUTHORIZATION_FAILED,
    "The group has described topic(s) that the client is not authorized to describe.",
  );
}
