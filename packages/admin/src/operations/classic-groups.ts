import type { Cluster, OperationOptions } from "@moldau/connection-pool";
import {
  DecodeError,
  decodeAssignment,
  decodeSubscription,
  DescribeGroups,
  ErrorCode,
  type DescribeGroupsResponse,
} from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import { perform } from "../routing/perform.js";
import { tooOld } from "./arguments.js";
import { operationsIn } from "./authorized-operations.js";
import { inOrder, undescribed, type DescribedGroup, type DescribedMember } from "./described-group.js";

/** Describes groups of the classic protocol (DescribeGroups). */
export function classicGroups(
  groups: readonly string[],
  includeAuthorizedOperations: boolean,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DescribedGroup[]> {
  return perform({
    api: DescribeGroups,
    items: groups,
    route: coordinatorOf("group", (group: string) => group),
    repeatable: true,
    keyOf: (group) => group,
    factsOf: (groupId) => ({ groupId }),
    question: (names, { version }) => {
      if (version < 3 && includeAuthorizedOperations)
        throw tooOld(DescribeGroups, "includeAuthorizedOperations", "2.3");
      return { groups: names, includeAuthorizedOperations };
    },
    answers: ({ groups: answers }) => answers.map((answer) => [answer.groupId, notDead(answer)] as const),
    succeeded: describe,
    failed: undescribed,
  });
}

type GroupAnswer = DescribeGroupsResponse["groups"][number];

/** Before version 6 a group that does not exist is described as dead, without an error (KIP-1043). */
function notDead(answer: GroupAnswer): GroupAnswer {
  const isMissing = answer.errorCode === ErrorCode.NONE && answer.groupState === "Dead";
  return isMissing ? { ...answer, errorCode: ErrorCode.GROUP_ID_NOT_FOUND } : answer;
}

function describe(group: string, answer: GroupAnswer, coordinator = -1): DescribedGroup {
  const { groupState, protocolType, protocolData, members } = answer;
  const authorizedOperations = operationsIn(answer.authorizedOperations);
  return {
    ...{ group, type: "classic", state: groupState, protocolType, protocol: protocolData, coordinator },
    ...(authorizedOperations === undefined ? {} : { authorizedOperations }),
    members: members.map((member) => describeMember(member, protocolType)),
  };
}

function describeMember(member: GroupAnswer["members"][number], protocolType: string): DescribedMember {
  const { memberId, groupInstanceId, clientId, clientHost: host, memberMetadata, memberAssignment } = member;
  const isConsumer = protocolType === "consumer";
  const wanted = isConsumer ? readOrNothing(memberMetadata, decodeSubscription) : undefined;
  const assigned = isConsumer ? readOrNothing(memberAssignment, decodeAssignment)?.assignedPartitions : undefined;
  return {
    ...{ memberId, clientId, host },
    ...(groupInstanceId === null ? {} : { groupInstanceId }),
    ...(typeof wanted?.rackId === "string" ? { rack: wanted.rackId } : {}),
    ...(wanted === undefined ? {} : { topics: wanted.topics }),
    ...(assigned === undefined ? {} : { assignment: assigned.map(inOrder) }),
  };
}

/** Reads what a member wrote. Any client may be a member, so bytes that make no sense are no failure of the broker, nor of the other members. */
function readOrNothing<Read>(bytes: Uint8Array, decode: (bytes: Uint8Array) => Read): Read | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
