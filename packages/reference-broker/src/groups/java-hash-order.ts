import { javaHashCode } from "@moldau/protocol-codec";

/**
 * Names in the order in which a Java HashMap goes through them. Where Apache Kafka takes the first of several equals out of one, or goes
 * through its members, this order decides: of one vote for `roundrobin` and one for `range`, `range` wins, whoever came first.
 */
export function javaHashOrder(names: readonly string[]): readonly string[] {
  let buckets = 16;
  while (names.length > buckets * 0.75) buckets *= 2;
  const bucketOf = (name: string): number => {
    const hash = javaHashCode(name);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  const order = new Map(names.map((name) => [name, bucketOf(name)]));
  return names.toSorted((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0));
}
