import { javaHashCode } from "@moldau/protocol-codec";
import { inJavaHashOrder, Reader, Writer } from "@moldau/protocol-codec/internal";
import { groupByTopic, type TopicPartition } from "../partitions/topic-partition.js";
import type { Assignor, GroupAssignment, GroupMember, LastRound } from "./assignor.js";
import type { MemberClaim } from "./sticky/claims.js";
import { shareStickily } from "./sticky/share.js";

/**
 * Leaves members what they had, as far as the shares stay even, as Kafka's StickyAssignor does. Members give everything up before
 * they join again, so they say in their user data what the last round gave them, and which round that was.
 */
export const stickyAssignor: Assignor = {
  name: "sticky",
  rebalanceProtocol: "eager",
  userData: (last) => (last === undefined ? null : writeClaim(last)),
  assign(input): GroupAssignment {
    return shareStickily(input, claimOf).assignment;
  },
};

/*
 *   topics    int32 count, then of each: name (int16 length, UTF-8), int32 count of partitions, their numbers (int32)
 *   generation   int32; absent in version 0
 */

function writeClaim({ partitions, generationId }: LastRound): Buffer {
  const writer = new Writer();
  const byTopic = groupByTopic(partitions);
  writer.int32(byTopic.size);
  // The order of Java's table, for the same bytes.
  for (const topic of inJavaHashOrder(byTopic.keys(), javaHashCode)) {
    const group = byTopic.get(topic) ?? [];
    writer.string(topic);
    writer.int32(group.length);
    for (const { partition } of group) writer.int32(partition);
  }
  writer.int32(generationId);
  return writer.toBuffer();
}

function claimOf({ userData }: GroupMember): MemberClaim {
  if (userData === null || userData.length === 0) return { partitions: [], generation: undefined };
  const reader = new Reader(userData);
  try {
    const partitions = readPartitions(reader);
    return { partitions, generation: reader.left < 4 ? undefined : reader.int32() };
  } catch {
    // Kafka's class, too, takes what it cannot read for no claim at all.
    return { partitions: [], generation: -1 };
  }
}

/** Throws when they cannot be read. */
function readPartitions(reader: Reader): TopicPartition[] {
  const partitions: TopicPartition[] = [];
  for (let topics = countAt(reader, 6); topics > 0; topics--) {
    const topic = reader.text(reader.int16());
    for (const partition of reader.int32s(countAt(reader, 4))) partitions.push({ topic, partition });
  }
  return partitions;
}

function countAt(reader: Reader, minimumBytes: number): number {
  const count = reader.int32();
  if (count < 0) throw new RangeError("a count below zero");
  reader.checkCount(count, minimumBytes);
  return count;
}
