import { javaHashCode } from "@moldau/protocol-codec";
import { inJavaHashOrder } from "@moldau/protocol-codec/internal";
import type { TopicPartition } from "../../partitions/topic-partition.js";
import type { GroupMember } from "../assignor.js";
import type { PartitionTable } from "./partition-table.js";

/** What a member says it had, and since which generation of the group; undefined when it does not say. */
export interface MemberClaim {
  readonly partitions: readonly TopicPartition[];
  readonly generation: number | undefined;
}

/** What the members had, as far as their claims hold. */
export interface Claims {
  /** The members in the order in which Kafka's classes go through them, each with what it had. */
  readonly owned: ReadonlyMap<string, readonly TopicPartition[]>;
  /** Claimed by several members of one generation, so that none of them is to be believed. */
  readonly disputed: ReadonlySet<TopicPartition>;
  /** By partition, the member of an older generation that had it last. */
  readonly earlierOwners: ReadonlyMap<TopicPartition, string>;
}

/** The generation of a member that has had none. */
const noGeneration = -1;

/** Weighs the claims of all members: one of a newer generation beats one of an older (KIP-792). */
export function weighClaims(
  members: readonly GroupMember[],
  table: PartitionTable,
  claimOf: (member: GroupMember) => MemberClaim,
): Claims {
  const entries = inJavaHashOrder(members, ({ memberId }) => javaHashCode(memberId)).map((member) => {
    const { partitions, generation } = claimOf(member);
    return { member, generation, partitions: partitions.flatMap((each) => table.find(each) ?? []) };
  });
  const newest = entries.reduce((most, { generation = noGeneration }) => Math.max(most, generation), noGeneration);
  return { ...settle(entries), earlierOwners: earlierOwners(entries, newest) };
}

interface Entry extends MemberClaim {
  readonly member: GroupMember;
}

function settle(entries: readonly Entry[]): Pick<Claims, "owned" | "disputed"> {
  const owned = new Map(entries.map(({ member }): [string, Set<TopicPartition>] => [member.memberId, new Set()]));
  const disputed = new Set<TopicPartition>();
  const holders = new Map<TopicPartition, GroupMember>();
  for (const { member, partitions, generation = noGeneration } of entries) {
    for (const partition of partitions) {
      const holder = holders.get(partition);
      // What the other one says of itself outside of the assignor's own data is what Kafka's class compares with.
      if (holder !== undefined && holder.generationId > generation) continue;
      if (holder !== undefined) owned.get(holder.memberId)?.delete(partition);
      if (holder?.generationId === generation) disputed.add(partition);
      else owned.get(member.memberId)?.add(partition);
      holders.set(partition, member);
    }
  }
  return { owned: new Map([...owned].map(([memberId, partitions]) => [memberId, [...partitions]])), disputed };
}

function earlierOwners(entries: readonly Entry[], newest: number): Map<TopicPartition, string> {
  const owners = new Map<TopicPartition, { readonly memberId: string; readonly generation: number }>();
  for (const { member, partitions, generation = noGeneration } of entries) {
    if (generation === newest) continue;
    for (const partition of partitions) {
      const before = owners.get(partition);
      if (before === undefined || generation > before.generation)
        owners.set(partition, { memberId: member.memberId, generation });
    }
  }
  return new Map([...owners].map(([partition, { memberId }]) => [partition, memberId]));
}
