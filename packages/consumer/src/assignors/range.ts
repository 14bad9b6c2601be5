import { comparePartitions, type TopicPartition } from "../partitions/topic-partition.js";
import { compareMembers, type Assignor, type AssignorInput, type GroupAssignment } from "./assignor.js";
import { TopicShares } from "./topic-shares.js";

/**
 * Gives every member a run of neighbouring partitions of each topic, as Kafka's RangeAssignor does: members in order,
 * the first ones get one partition more when the number does not divide. Topics with equally many partitions and the
 * same subscribers are shared out alike, so that partition `n` of all of them goes to one member.
 *
 * Where members and replicas state their racks, partitions go to a member of a replica's rack first (KIP-881), without
 * making the shares less even.
 */
export const rangeAssignor: Assignor = {
  name: "range",
  rebalanceProtocol: "eager",
  assign(input): GroupAssignment {
    const assignment = new Map<string, TopicPartition[]>(input.members.map(({ memberId }) => [memberId, []]));
    const shares = topicsOf(input).map((topic) => openShares(topic, input, assignment));
    const rackAware = shares.some((share) => share.racksMatter);
    if (rackAware) assignByRack(shares);
    for (const share of shares) share.assignRanges(() => true);
    if (rackAware) for (const partitions of assignment.values()) partitions.sort(comparePartitions);
    return assignment;
  },
};

function topicsOf({ members, partitionCounts }: AssignorInput): string[] {
  const topics = new Set(members.flatMap((member) => member.topics));
  return [...topics].filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort();
}

function openShares(topic: string, input: AssignorInput, assignment: Map<string, TopicPartition[]>): TopicShares {
  const members = input.members.filter((member) => member.topics.includes(topic)).sort(compareMembers);
  const racks = input.replicaRacks?.get(topic);
  return new TopicShares(topic, members, {
    partitionCount: input.partitionCounts.get(topic) ?? 0,
    ...(racks === undefined ? {} : { replicaRacks: racks }),
    give: (memberId, partition) => assignment.get(memberId)?.push({ topic, partition }),
  });
}

function assignByRack(shares: readonly TopicShares[]): void {
  const alike = new Map<string, TopicShares[]>();
  for (const share of shares) {
    const entry = alike.get(share.likeness);
    if (entry === undefined) alike.set(share.likeness, [share]);
    else entry.push(share);
  }
  for (const group of alike.values()) {
    const [only] = group;
    if (group.length > 1) assignTogether(group);
    else if (only?.racksMatter === true)
      only.assignRanges((memberId, partition) => only.racksMatch(memberId, partition));
  }
}

/** Partition `n` of all these topics goes to one member, so its rack has to match in every one of them. */
function assignTogether(group: readonly TopicShares[]): void {
  const [first] = group;
  if (first === undefined) return;
  const remaining = new Set(first.memberIds);
  for (let partition = 0; partition < first.partitionCount && remaining.size > 0; partition++) {
    for (const memberId of remaining) {
      if (!group.every((share) => share.racksMatch(memberId, partition) && share.capacity(memberId) > 0)) continue;
      for (const share of group) share.assign(memberId, partition);
      if (!group.some((share) => share.capacity(memberId) > 0)) remaining.delete(memberId);
      break;
    }
  }
}
