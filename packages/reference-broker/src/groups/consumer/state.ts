import type { GroupProtocol } from "../classic/state.js";
import { noPartitions, type EpochedPartitions, type TopicPartitions } from "./topic-partitions.js";

/**
 * A group of the consumer protocol (KIP-848) as a value: exactly what its records say. Values are never changed; applying a record makes a
 * new one.
 *
 * Three epochs chase each other. What the group wants changes (a member, a subscription, a topic): the *group epoch* goes up. The assignor
 * works out what each member is to have: the *target* has the group's epoch. Each member moves there at its own pace, by its heartbeats:
 *
 *   group epoch ──assignor──▶ target epoch ──heartbeats of each member──▶ member epoch
 *
 *   Empty: no members · Assigning: group epoch > target epoch · Reconciling: somebody has not reached the target · Stable: everybody has
 */
export interface ConsumerGroup {
  /** Goes up whenever the target has to be worked out anew. */
  readonly epoch: number;
  /** A hash over the topics that the group reads as they were at this epoch; 0n when there are none. */
  readonly metadataHash: bigint;
  /** The group epoch that the target is for; -1 in a group that is being deleted. */
  readonly targetEpoch: number;
  /** When the target was worked out, in milliseconds; 0 when nobody knows. */
  readonly targetAtMs: number;
  /** What each member is to have, by member id. */
  readonly targets: ReadonlyMap<string, TopicPartitions>;
  /** By member id, in the order in which they came. */
  readonly members: ReadonlyMap<string, ConsumerMember>;
  /** What the patterns that members subscribe to stand for, by pattern; one that was not looked up yet is missing. */
  readonly patterns: ReadonlyMap<string, ResolvedPattern>;
  /** Whether the log still holds a record of topics that Apache Kafka before 4.1 wrote. */
  readonly hasPartitionMetadata: boolean;
}

/**
 * Where a member stands on its way to the target.
 *
 *   stable ──────────── a newer target takes partitions away ───────────▶ unrevokedPartitions
 *     ▲  ╲                                                                 │ the member no longer has them
 *     │   ╲── a newer target gives what others still have ──▶ unreleasedPartitions ◀──┤
 *     └────────────────── everything is free ────────────────────┘◀────────┘
 */
export type MemberState =
  /** It has what its epoch's target says. */
  | "stable"
  /** It stays in its epoch until it has given up what it is to lose. */
  | "unrevokedPartitions"
  /** It is in the target's epoch, and waits for partitions that others still have. */
  | "unreleasedPartitions"
  /** A state of a later Kafka, found in the log. */
  | "unknown";

/** A member of a group of the consumer protocol. */
export interface ConsumerMember {
  readonly memberId: string;
  /** The epoch that it has reached; -2 for a static member that left for a while, -1 for one that is being removed. */
  readonly epoch: number;
  /** The epoch that it had before, with which a request may still come whose answer was lost. */
  readonly previousEpoch: number;
  readonly state: MemberState;
  /** Set for a static member. */
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  /** How long it may take to give up partitions; -1 when it did not say. */
  readonly rebalanceTimeoutMs: number;
  readonly clientId: string;
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  /** Sorted, each once. */
  readonly topics: readonly string[];
  /** A pattern of topics in the syntax of RE2; empty or null for none. */
  readonly pattern: string | null;
  /** The assignor that it wishes; null for none. */
  readonly serverAssignor: string | null;
  /** What it has, and is to keep. */
  readonly assigned: EpochedPartitions;
  /** What it still has, and is to give up. */
  readonly toRevoke: EpochedPartitions;
  /** Set for a member that speaks the classic protocol. */
  readonly classic: ClassicMembership | null;
}

/** What is kept of a member that speaks the classic protocol. */
export interface ClassicMembership {
  readonly sessionTimeoutMs: number;
  /** The assignors that it knows with its subscription under each, the preferred one first. */
  readonly protocols: readonly GroupProtocol[];
}

/** The topics that a pattern stands for. */
export interface ResolvedPattern {
  /** Sorted. */
  readonly topics: readonly string[];
  /** How far the cluster's metadata had come then. */
  readonly version: bigint;
  /** When it was looked up, in milliseconds. */
  readonly resolvedAtMs: number;
}

/** Kafka's names of the states. */
export type ConsumerGroupState = "Empty" | "Assigning" | "Reconciling" | "Stable";

/** The epochs that a member sends instead of its own. */
export const memberEpochs = {
  /** It joins, or joins anew after it was fenced. */
  join: 0,
  /** It leaves for good. */
  leave: -1,
  /** It is static, and leaves for a while. */
  leaveForAWhile: -2,
} as const;

/** A group that nobody has joined yet. */
export const newConsumerGroup: ConsumerGroup = {
  epoch: 1,
  metadataHash: 0n,
  targetEpoch: 1,
  targetAtMs: 0,
  targets: new Map(),
  members: new Map(),
  patterns: new Map(),
  hasPartitionMetadata: false,
};

/** A member that nothing is known of but its id. */
export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    epoch: 0,
    previousEpoch: -1,
    state: "stable",
    groupInstanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    clientId: "",
    clientHost: "",
    topics: [],
    pattern: "",
    serverAssignor: null,
    assigned: noPartitions,
    toRevoke: noPartitions,
    classic: null,
  };
}

/** The state that lists and descriptions show. */
export function stateOf(group: ConsumerGroup): ConsumerGroupState {
  if (group.members.size === 0) return "Empty";
  if (group.epoch > group.targetEpoch) return "Assigning";
  for (const member of group.members.values()) if (!isReconciled(member, group.targetEpoch)) return "Reconciling";
  return "Stable";
}

/** Whether a member has all that the target of an epoch gives it. */
export function isReconciled({ state, epoch }: ConsumerMember, targetEpoch: number): boolean {
  return state === "stable" && epoch === targetEpoch;
}

/** The member that has a static name, or undefined. */
export function staticMember(group: ConsumerGroup, groupInstanceId: string | null): ConsumerMember | undefined {
  if (groupInstanceId === null) return undefined;
  for (const member of group.members.values()) if (member.groupInstanceId === groupInstanceId) return member;
  return undefined;
}

/** What a member is to have; a static member that comes under a new id is to have what it had under the old one. */
export function targetOf(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: Pick<ConsumerMember, "memberId" | "groupInstanceId">,
): TopicPartitions {
  const id = groupInstanceId === null ? memberId : staticMember(group, groupInstanceId)?.memberId;
  return (id === undefined ? undefined : group.targets.get(id)) ?? noPartitions;
}

/** Whether any member has a partition, be it that it is to give it up. */
export function isOwned(group: ConsumerGroup, topicId: string, partition: number): boolean {
  for (const { assigned, toRevoke } of group.members.values())
    if (assigned.get(topicId)?.has(partition) === true || toRevoke.get(topicId)?.has(partition) === true) return true;
  return false;
}

/** How many members speak the classic protocol. */
export function classicMemberCount(group: ConsumerGroup): number {
  let count = 0;
  for (const { classic } of group.members.values()) if (classic !== null) count++;
  return count;
}
