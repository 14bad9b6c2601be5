import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import {
  DecodeError,
  decodeAssignment,
  decodeSubscription,
  DescribeGroups,
  ErrorCode,
  type DescribeGroupsResponse,
} from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

/** Which groups to describe. */
export interface DescribeGroupsOptions extends OperationOptions {
  /** Ids of groups. */
  readonly groups: readonly string[];
}

/** A group at one moment. */
export interface DescribedGroup extends ItemResult {
  readonly group: string;
  /** `"Stable"`, `"Empty"` (no members), `"PreparingRebalance"`, `"CompletingRebalance"` or `"Dead"`; empty on failure. */
  readonly state: string;
  /** `"consumer"` for consumers; empty for a group that only keeps offsets, and on failure. */
  readonly protocolType: string;
  /** The way of sharing out partitions that the members agreed on, such as `"range"`; empty while there is none. */
  readonly protocol: string;
  /** Node id of the broker that coordinates it; -1 on failure. */
  readonly coordinator: number;
  /** Empty on failure. */
  readonly members: readonly DescribedMember[];
}

/** A member of a group at one moment. */
export interface DescribedMember {
  /** The id that the coordinator gave it. */
  readonly memberId: string;
  /** The name of a static member; absent for others. */
  readonly groupInstanceId?: string;
  /** The `clientId` of the client. */
  readonly clientId: string;
  /** The address that it connects from, as the broker writes it. */
  readonly host: string;
  /** The topics that it wants; absent where it is no consumer, or the group is not stable. */
  readonly topics?: readonly string[];
  /** What it reads; absent where it is no consumer, or what the group's leader wrote cannot be read. */
  readonly assignment?: readonly AssignedTopic[];
}

/** The partitions of a topic that a member reads. */
export interface AssignedTopic {
  readonly topic: string;
  /** In the order of their numbers. */
  readonly partitions: readonly number[];
}

/** Describes groups at their coordinators, each with a result of its own (DescribeGroups); one that does not exist is GROUP_ID_NOT_FOUND. */
export function describeGroups(options: DescribeGroupsOptions): Operation<readonly DescribedGroup[]> {
  const read = new OptionReader("describeGroups", options);
  const groups = read.list("groups", checkName, { nonEmpty: true, example: '["billing"]' });
  const wait = operationOptions(read);
  read.done();
  unique("describeGroups: groups", groups);
  return { wait, run: classicGroups(groups) };
}

/** Describes groups of the classic protocol; those of other protocols are asked for by requests of their own. */
export function classicGroups(
  groups: readonly string[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly DescribedGroup[]> {
  return perform({
    api: DescribeGroups,
    items: groups,
    route: coordinatorOf("group", (group: string) => group),
    repeatable: true,
    keyOf: (group) => group,
    factsOf: (groupId) => ({ groupId }),
    question: (names) => ({ groups: names }),
    answers: ({ groups: answers }) => answers.map((answer) => [answer.groupId, notDead(answer)] as const),
    succeeded: describe,
    failed: (group, error): DescribedGroup => ({
      group,
      state: "",
      protocolType: "",
      protocol: "",
      coordinator: -1,
      members: [],
      error,
    }),
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
  return {
    ...{ group, state: groupState, protocolType, protocol: protocolData, coordinator },
    members: members.map((member) => describeMember(member, protocolType)),
  };
}

function describeMember(member: GroupAnswer["members"][number], protocolType: string): DescribedMember {
  const { memberId, groupInstanceId, clientId, clientHost: host, memberMetadata, memberAssignment } = member;
  const isConsumer = protocolType === "consumer";
  const topics = isConsumer ? readOrNothing(memberMetadata, decodeSubscription)?.topics : undefined;
  const assigned = isConsumer ? readOrNothing(memberAssignment, decodeAssignment)?.assignedPartitions : undefined;
  return {
    ...{ memberId, clientId, host },
    ...(groupInstanceId === null ? {} : { groupInstanceId }),
    ...(topics === undefined ? {} : { topics }),
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

function inOrder({ topic, partitions }: AssignedTopic): AssignedTopic {
  return { topic, partitions: partitions.toSorted((left, right) => left - right) };
}
