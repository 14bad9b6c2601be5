/**
 * Distinct keys in the order in which Java's HashMap goes through them when they were put into an empty one in the given order:
 * by their place in the table, and by age where they share it. Where Kafka's classes go through their tables, this order decides
 * who keeps a partition, so members and brokers in other languages come to the same answer only by the same order.
 *
 * `hash` is the key's `hashCode`. The table has room for `capacity` keys, as many as there are when nothing is said: one that was
 * larger before does not shrink.
 */
export function inJavaHashOrder<Key>(keys: Iterable<Key>, hash: (key: Key) => number, capacity?: number): Key[] {
  const list = [...keys];
  const mask = tableSize(capacity ?? list.length) - 1;
  const places = list.map((key): readonly [place: number, key: Key] => [placeOf(hash(key), mask), key]);
  return places.sort(([a], [b]) => a - b).map(([, key]) => key);
}

function tableSize(capacity: number): number {
  let size = 16;
  while (capacity > size * 0.75) size *= 2;
  return size;
}

function placeOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 16)) & mask;
}
