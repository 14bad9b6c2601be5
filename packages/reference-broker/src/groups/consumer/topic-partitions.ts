/** Partitions by topic: the topic's id as text (`Uuid.toString()`), and its partitions. No topic is without partitions. */
export type TopicPartitions = ReadonlyMap<string, ReadonlySet<number>>;

/** Partitions by topic, each with the epoch at which its member got it (KIP-1251). No topic is without partitions. */
export type EpochedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** No partition at all. */
export const noPartitions: ReadonlyMap<string, never> = new Map<string, never>();
