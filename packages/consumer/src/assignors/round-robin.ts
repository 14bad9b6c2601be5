import type { TopicPartition } from "../partitions/topic-partition.js";
import { compareMembers, type Assignor, type GroupAssignment } from "./assignor.js";

/**
 * Deals all partitions of all topics out in turn, as Kafka's RoundRobinAssignor does: topics in order of their names,
 * members in order, a member that did not subscribe to the topic passed over.
 */
export const roundRobinAssignor: Assignor = {
  name: "roundrobin",
  rebalanceProtocol: "eager",
  assign({ members, partitionCounts }): GroupAssignment {
    const seats = [...members].sort(compareMembers).map(({ memberId, topics }) => {
      const partitions: TopicPartition[] = [];
      return { memberId, topics: new Set(topics), partitions };
    });
    const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
    let turn = 0;
    for (const topic of topics) {
      const count = partitionCounts.get(topic) ?? 0;
      for (let partition = 0; partition < count; partition++) {
        // Somebody subscribed to the topic, so one full round always finds a member.
        for (let passed = 0; passed < seats.length; passed++) {
          const seat = seats[turn];
          turn = (turn + 1) % seats.length;
          if (seat?.topics.has(topic) !== true) continue;
          seat.partitions.push({ topic, partition });
          break;
        }
      }
    }
    return new Map(seats.map(({ memberId, partitions }) => [memberId, partitions]));
  },
};
