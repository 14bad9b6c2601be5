import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import { ConsumerGroupDescribe, type ConsumerGroupDescribeResponse } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import { perform } from "../routing/perform.js";
import { operationsIn } from "./authorized-operations.js";
import {
  inOrder,
  undescribed,
  type AssignedTopic,
  type DescribedGroup,
  type DescribedMember,
} from "./described-group.js";

/** Describes groups of the next-generation protocol (ConsumerGroupDescribe, KIP-848); any other group is GROUP_ID_NOT_FOUND. */
export function consumerGroups(
  groups: readonly string[],
  includeAuthorizedOperations: boolean,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DescribedGroup[]> {
  return perform({
    api: ConsumerGroupDescribe,
    items: groups,
    route: coordinatorOf("group", (group: string) => group),
    repeatable: true,
    keyOf: (group) => group,
    factsOf: (groupId) => ({ groupId }),
    question: (groupIds) => ({ groupIds, includeAuthorizedOperations }),
    answers: ({ groups: answers }) => answers.map((answer) => [answer.groupId, answer] as const),
    succeeded: describe,
    failed: undescribed,
  });
}

type GroupAnswer = ConsumerGroupDescribeResponse["groups"][number];
type MemberAnswer = GroupAnswer["members"][number];

function describe(group: string, answer: GroupAnswer, coordinator = -1): DescribedGroup {
  const { groupState: state, assignorName: protocol, groupEpoch, assignmentEpoch, members } = answer;
  const authorizedOperations = operationsIn(answer.authorizedOperations);
  return {
    ...{ group, type: "consumer", state, protocolType: "consumer", protocol, coordinator },
    ...{ groupEpoch, targetAssignmentEpoch: assignmentEpoch },
    ...(authorizedOperations === undefined ? {} : { authorizedOperations }),
    members: members.map(describeMember),
  };
}

function describeMember(member: MemberAnswer): DescribedMember {
  const { memberId, instanceId, rackId, clientId, clientHost: host, memberEpoch } = member;
  const type = memberTypes[member.memberType];
  return {
    ...{ memberId, clientId, host },
    ...(instanceId === null ? {} : { groupInstanceId: instanceId }),
    ...(rackId === null ? {} : { rack: rackId }),
    ...(type === undefined ? {} : { type }),
    ...{ memberEpoch, topics: member.subscribedTopicNames.toSorted() },
    ...(isGiven(member.subscribedTopicRegex) ? { topicPattern: member.subscribedTopicRegex } : {}),
    assignment: topicsOf(member.assignment),
    targetAssignment: topicsOf(member.targetAssignment),
  };
}

/** By Kafka's numbers; -1 is unknown. */
const memberTypes = ["classic", "consumer"] as const;

/** A member that has an expression no more says so by an empty one. */
function isGiven(pattern: string | null): pattern is string {
  return pattern !== null && pattern !== "";
}

function topicsOf({ topicPartitions }: MemberAnswer["assignment"]): readonly AssignedTopic[] {
  return topicPartitions
    .map(({ topicName: topic, partitions }) => inOrder({ topic, partitions }))
    .toSorted((left, right) => (left.topic < right.topic ? -1 : 1));
}
