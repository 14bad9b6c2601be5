/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One partition, and an offset in it. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** The text under which a partition is kept in maps. A topic's name cannot hold a slash, so it is unambiguous. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Groups by topic, keeping the order in which topics first appear: the shape of most requests. */
export function groupByTopic<T extends TopicPartition>(items: Iterable<T>): Map<string, T[]> {
  const byTopic = new Map<string, T[]>();
  for (const item of items) {
    const entry = byTopic.get(item.topic);
    if (entry === undefined) byTopic.set(item.topic, [item]);
    else entry.push(item);
  }
  return byTopic;
}

/** Orders by topic (UTF-16 code units, as Java does), then by partition number. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
}
