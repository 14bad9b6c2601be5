/** How a kind of request lists partitions under topics. */
export interface PartitionList<Topic, Item> {
  /** What tells topics apart: the name, or the id. */
  readonly keyOf: (topic: Topic) => string;
  readonly itemsOf: (topic: Topic) => readonly Item[];
  readonly numberOf: (item: Item) => number;
  /** The same topic with other partitions. */
  readonly having: (topic: Topic, items: readonly Item[]) => Topic;
}

/** Every partition that a request names once, with what was said of it last, in the order in which they were named first: as Apache Kafka reads it. */
export function eachPartitionOnce<Topic, Item>(
  topics: readonly Topic[],
  { keyOf, itemsOf, numberOf, having }: PartitionList<Topic, Item>,
): Topic[] {
  const gathered = new Map<string, { topic: Topic; readonly items: Map<number, Item> }>();
  for (const topic of topics) {
    const key = keyOf(topic);
    const known = gathered.get(key) ?? { topic, items: new Map<number, Item>() };
    known.topic = topic;
    gathered.set(key, known);
    for (const item of itemsOf(topic)) known.items.set(numberOf(item), item);
  }
  return Array.from(gathered.values(), ({ topic, items }) => having(topic, [...items.values()]));
}
