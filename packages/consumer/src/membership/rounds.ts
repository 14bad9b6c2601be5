import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import type { Assignor, AssignorInput, GroupAssignment, GroupMember, LastRound } from "../assignors/assignor.js";
import { groupByTopic, type TopicPartition } from "../partitions/topic-partition.js";
import type { MemberAssignment } from "./classic-requests.js";
import type { JoinedMember, RebalanceProtocol } from "./member-state.js";

/** What members say of themselves when they join: KIP-881's version with a rack, older ones read it as far as they know it. */
const subscriptionVersion = 3;
const assignmentVersion = 3;

/** What a member says of itself when it joins. */
export interface MemberSubscription {
  readonly topics: readonly string[];
  /** What it owns and does not give up before it joins: nothing under the eager protocol (KIP-429). */
  readonly owned: readonly TopicPartition[];
  /** The generation in which it got that, -1 for none (KIP-792). */
  readonly generationId: number;
  readonly rackId: string | null;
  /** What it got last, for assignors that want to know. */
  readonly last: LastRound | undefined;
}

/**
 * How a member goes into rebalances: what all assignors that it offers can do, as in Apache Kafka's client. A cooperative assignor can do with members
 * that give everything up, and an eager one not with others; so a running group moves by two rolling restarts, the first to a list of both.
 */
export function rebalanceProtocolOf(assignors: readonly Assignor[]): RebalanceProtocol {
  return assignors.every(({ rebalanceProtocol }) => rebalanceProtocol === "cooperative") ? "cooperative" : "eager";
}

/** Writes this member's subscription for one assignor. */
export function writeSubscription(
  assignor: Assignor,
  { topics, owned, generationId, rackId, last }: MemberSubscription,
): Buffer {
  return encodeSubscription(subscriptionVersion, {
    topics: [...topics].sort(),
    userData: assignor.userData?.(last) ?? null,
    ownedPartitions: byTopic(owned),
    generationId,
    rackId,
  });
}

/** Writes what one member gets. */
export function writeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return encodeAssignment(assignmentVersion, { assignedPartitions: byTopic(partitions) });
}

/** Reads what this member got; an empty text means nothing, as a leader writes it for a member it does not know. Throws DecodeError. */
export function readAssignment(assignment: Buffer): TopicPartition[] {
  if (assignment.length === 0) return [];
  return decodeAssignment(assignment).assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

/** Reads what the other members want, as the leader gets it. Throws DecodeError. */
export function readMembers(members: readonly JoinedMember[]): GroupMember[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => {
    const { topics, userData, ownedPartitions, generationId, rackId } = decodeSubscription(metadata);
    const owned = ownedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    return { memberId, groupInstanceId, topics, userData, ownedPartitions: owned, generationId, rackId };
  });
}

/** What the leader shares the partitions out by. */
export function assignorInput(members: readonly GroupMember[], cluster: ClusterView): AssignorInput {
  const partitionCounts = countPartitions(
    members.flatMap(({ topics }) => topics),
    cluster,
  );
  const racks = new Map(cluster.brokers.map(({ nodeId, rack }) => [nodeId, rack]));
  if (!members.some(({ rackId }) => rackId !== null)) return { members, partitionCounts };
  const replicaRacks = new Map(
    [...partitionCounts.keys()].map((topic) => {
      const partitions = cluster.cachedTopic(topic)?.partitions ?? [];
      return [topic, partitions.map(({ replicas }) => replicas.flatMap((node) => racks.get(node) ?? []))];
    }),
  );
  return { members, partitionCounts, replicaRacks };
}

/** How many partitions each of the topics has, as far as is known; topics that do not exist are left out. */
export function countPartitions(topics: Iterable<string>, cluster: ClusterView): Map<string, number> {
  const counts = new Map<string, number>();
  for (const topic of new Set(topics)) {
    const known = cluster.cachedTopic(topic);
    if (known !== undefined) counts.set(topic, known.partitions.length);
  }
  return counts;
}

/** Writes what every member gets. */
export function writeAssignments(assignment: GroupAssignment): MemberAssignment[] {
  return [...assignment].map(([memberId, partitions]) => ({ memberId, assignment: writeAssignment(partitions) }));
}

function byTopic(
  partitions: readonly TopicPartition[],
): { readonly topic: string; readonly partitions: readonly number[] }[] {
  return [...groupByTopic(partitions)].map(([topic, group]) => ({
    topic,
    partitions: group.map(({ partition }) => partition),
  }));
}
