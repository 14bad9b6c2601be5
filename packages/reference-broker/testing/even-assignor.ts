import type { AssignedGroup, ServerAssignor } from "../src/groups/consumer/assignors/assignor.js";
import type { TopicPartitions } from "../src/groups/consumer/topic-partitions.js";

/**
 * The simplest assignor that can be told right from wrong: every partition goes to one of the members that read its topic, to the one that had
 * it as long as that one has no more than its share.
 */
export function evenAssignor(name: string): ServerAssignor {
  return {
    name,
    assign: (group, topics) => {
      const assigned = new Map([...group.members.keys()].map((id) => [id, new Map<string, Set<number>>()]));
      const read = new Set([...group.members.values()].flatMap(({ topicIds }) => [...topicIds]));
      for (const topicId of read) {
        const readers = [...group.members].filter(([, { topicIds }]) => topicIds.has(topicId)).map(([id]) => id);
        const count = topics.partitionCount(topicId);
        const share = Math.ceil(count / readers.length);
        for (const [partition, memberId] of owners(group, { topicId, readers, count, share })) {
          const member = assigned.get(memberId);
          const partitions = member?.get(topicId);
          if (partitions === undefined) member?.set(topicId, new Set([partition]));
          else partitions.add(partition);
        }
      }
      return assigned satisfies ReadonlyMap<string, TopicPartitions>;
    },
  };
}

function owners(
  { members }: AssignedGroup,
  {
    topicId,
    readers,
    count,
    share,
  }: { readonly topicId: string; readonly readers: readonly string[]; readonly count: number; readonly share: number },
): ReadonlyMap<number, string> {
  const given = new Map<number, string>();
  const loads = new Map(readers.map((id) => [id, 0]));
  const give = (partition: number, id: string): void => {
    given.set(partition, id);
    loads.set(id, (loads.get(id) ?? 0) + 1);
  };
  for (const id of readers)
    for (const partition of members.get(id)?.target.get(topicId) ?? [])
      if (partition < count && !given.has(partition) && (loads.get(id) ?? 0) < share) give(partition, id);
  for (let partition = 0; partition < count; partition++) {
    const next = readers.find((id) => (loads.get(id) ?? 0) < share);
    if (!given.has(partition) && next !== undefined) give(partition, next);
  }
  return given;
}
