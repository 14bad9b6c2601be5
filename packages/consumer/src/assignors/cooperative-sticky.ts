import type { TopicPartition } from "../partitions/topic-partition.js";
import { partitionKey } from "../partitions/topic-partition.js";
import type { Assignor, AssignorInput, GroupAssignment, GroupMember } from "./assignor.js";
import type { MemberClaim } from "./sticky/claims.js";
import { shareStickily, type StickyShares } from "./sticky/share.js";

/**
 * Shares out as `sticky` does, and leaves out of the first round what moves from one member to another, as Kafka's
 * CooperativeStickyAssignor does: its old owner gives it up and joins again, and the second round gives it to the new one (KIP-429).
 */
export const cooperativeStickyAssignor: Assignor = {
  name: "cooperative-sticky",
  rebalanceProtocol: "cooperative",
  userData: (last) => writeGeneration(last?.generationId ?? -1),
  assign(input): GroupAssignment {
    const shares = shareStickily(input, claimOf);
    const moving = shares.moving ?? movingPartitions(input, shares);
    return new Map(
      [...shares.assignment].map(([memberId, partitions]) => [
        memberId,
        partitions.filter((partition) => moving.get(partition) !== memberId),
      ]),
    );
  },
};

function writeGeneration(generationId: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(generationId);
  return bytes;
}

/** Members before KIP-792 have no field for their generation, and say it in their user data. */
function claimOf({ ownedPartitions: partitions, generationId, userData }: GroupMember): MemberClaim {
  if (generationId >= 0) return { partitions, generation: generationId };
  if (userData === null) return { partitions, generation: undefined };
  return { partitions, generation: userData.length < 4 ? -1 : userData.readInt32BE(0) };
}

/** What somebody gets who did not have it, of what somebody claims and does not get. */
function movingPartitions({ members }: AssignorInput, { assignment }: StickyShares): Map<TopicPartition, string> {
  const claims = new Map(members.map(({ memberId, ownedPartitions }) => [memberId, keysOf(ownedPartitions)]));
  const givenUp = new Set<string>();
  for (const [memberId, claimed] of claims) {
    const kept = keysOf(assignment.get(memberId) ?? []);
    for (const key of claimed) if (!kept.has(key)) givenUp.add(key);
  }
  const moving = new Map<TopicPartition, string>();
  for (const [memberId, partitions] of assignment) {
    for (const partition of partitions) {
      const key = partitionKey(partition.topic, partition.partition);
      if (givenUp.has(key) && claims.get(memberId)?.has(key) !== true) moving.set(partition, memberId);
    }
  }
  return moving;
}

function keysOf(partitions: readonly TopicPartition[]): Set<string> {
  return new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)));
}
