import { Uuid } from "@moldau/protocol-codec";

/** Partitions by topic: the topic's id as text (`Uuid.toString()`), and its partitions. No topic is without partitions. */
export type TopicPartitions = ReadonlyMap<string, ReadonlySet<number>>;

/** Partitions by topic, each with the epoch at which its member got it (KIP-1251). No topic is without partitions. */
export type EpochedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** No partition at all. */
export const noPartitions: ReadonlyMap<string, never> = new Map<string, never>();

/** Partitions as requests and answers name them. */
export type WirePartitions = readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[];

/** The same partitions without their epochs. */
export function withoutEpochs(partitions: EpochedPartitions): TopicPartitions {
  return new Map(Array.from(partitions, ([topicId, epochs]) => [topicId, new Set(epochs.keys())]));
}

/** The same partitions, each with one epoch. */
export function withEpoch(partitions: TopicPartitions, epoch: number): EpochedPartitions {
  return new Map(
    Array.from(partitions, ([topicId, numbers]) => [topicId, new Map(Array.from(numbers, (each) => [each, epoch]))]),
  );
}

/** Partitions as answers name them. */
export function toWire(partitions: ReadonlyMap<string, { keys(): Iterable<number> }>) {
  return Array.from(partitions, ([topicId, numbers]) => ({
    topicId: Uuid.parse(topicId),
    partitions: ascending(numbers.keys()),
  }));
}

/** Numbers of partitions in their order, as Java's sets of small numbers have them. */
export function ascending(partitions: Iterable<number>): number[] {
  return [...partitions].sort((one, other) => one - other);
}

/** Whether two are the same partitions of the same topics. */
export function samePartitions(one: TopicPartitions, other: TopicPartitions): boolean {
  if (one === other) return true;
  return sameEntries(
    one,
    other,
    (numbers, others) => numbers.size === others.size && [...numbers].every((each) => others.has(each)),
  );
}

/** Whether two are the same partitions with the same epochs. */
export function sameEpoched(one: EpochedPartitions, other: EpochedPartitions): boolean {
  if (one === other) return true;
  return sameEntries(one, other, (epochs, others) => sameEntries(epochs, others, Object.is));
}

/** Whether any of the partitions that a request names is in `partitions`. */
export function containsAny(partitions: EpochedPartitions, named: WirePartitions): boolean {
  return named.some(({ topicId, partitions: numbers }) => {
    const epochs = partitions.get(topicId.toString());
    return epochs !== undefined && numbers.some((each) => epochs.has(each));
  });
}

/** Whether all of the partitions that a request names are in `partitions`. A topic that is named without partitions has to be there too. */
export function containsAll(partitions: EpochedPartitions, named: WirePartitions): boolean {
  return named.every(({ topicId, partitions: numbers }) => {
    const epochs = partitions.get(topicId.toString());
    return epochs !== undefined && numbers.every((each) => epochs.has(each));
  });
}

function sameEntries<Key, Value>(
  one: ReadonlyMap<Key, Value>,
  other: ReadonlyMap<Key, Value>,
  same: (value: Value, counterpart: Value) => boolean,
): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) {
    const counterpart = other.get(key);
    if (counterpart === undefined || !same(value, counterpart)) return false;
  }
  return true;
}

/** Whether two lists have the same names in the same order. */
export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]));
}
