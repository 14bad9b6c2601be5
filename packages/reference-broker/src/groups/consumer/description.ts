import { ErrorCode, Uuid, type ConsumerGroupDescribeResponse } from "@moldau/protocol-codec";
import type { Group } from "../group.js";
import type { ServerAssignor } from "./assignors/assignor.js";
import { stateOf, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { preferredAssignor } from "./target.js";
import type { TopicCatalogue } from "./topic-catalogue.js";
import { ascending, noPartitions } from "./topic-partitions.js";

/** A group as ConsumerGroupDescribe shows it. */
export type ConsumerGroupDescription = Omit<ConsumerGroupDescribeResponse["groups"][number], "authorizedOperations">;

type MemberDescription = ConsumerGroupDescription["members"][number];
type Assignment = MemberDescription["assignment"];

/** What a description depends on besides the group. */
export interface Describing {
  readonly topics: TopicCatalogue;
  readonly assignors: ReadonlyMap<string, ServerAssignor>;
}

/**
 * Describes a group, its members and what each has and is to have; one that there is not, or that is of the classic protocol, is not found.
 * Topics that are gone by now are left out.
 */
export function describeConsumerGroup(
  groupId: string,
  found: Group | undefined,
  { topics, assignors }: Describing,
): ConsumerGroupDescription {
  if (found?.type !== "consumer") {
    const what = found === undefined ? "not found" : "is not a consumer group";
    return consumerGroupFailure(groupId, ErrorCode.GROUP_ID_NOT_FOUND, `Group ${groupId} ${what}.`);
  }
  const { group } = found;
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId,
    groupState: stateOf(group),
    groupEpoch: group.epoch,
    assignmentEpoch: group.targetEpoch,
    assignorName: preferredAssignor(group, assignors),
    members: Array.from(group.members.values(), (member) => describeMember(group, member, topics)),
  };
}

/** A description that says nothing but what is wrong. */
export function consumerGroupFailure(
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
): ConsumerGroupDescription {
  return {
    errorCode,
    errorMessage,
    groupId,
    groupState: "",
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: "",
    members: [],
  };
}

function describeMember(group: ConsumerGroup, member: ConsumerMember, topics: TopicCatalogue): MemberDescription {
  const { memberId, groupInstanceId, rackId, epoch, clientId, clientHost, pattern, classic } = member;
  return {
    memberId,
    instanceId: groupInstanceId,
    rackId,
    memberEpoch: epoch,
    clientId,
    clientHost,
    subscribedTopicNames: [...member.topics],
    subscribedTopicRegex: pattern,
    // What it is to give up is its own until it has.
    assignment: named([member.assigned, member.toRevoke], topics),
    targetAssignment: named([group.targets.get(memberId) ?? noPartitions], topics),
    memberType: classic === null ? 1 : 0,
  };
}

function named(
  parts: readonly ReadonlyMap<string, { keys(): Iterable<number> }>[],
  topics: TopicCatalogue,
): Assignment {
  const byTopic = new Map<string, Assignment["topicPartitions"][number]>();
  for (const [id, numbers] of parts.flatMap((part) => [...part])) {
    const topicId = Uuid.parse(id);
    const topicName = topics.nameOf(topicId);
    if (topicName === undefined) continue;
    const known = byTopic.get(id)?.partitions ?? [];
    byTopic.set(id, { topicId, topicName, partitions: [...known, ...ascending(numbers.keys())] });
  }
  return { topicPartitions: [...byTopic.values()] };
}
