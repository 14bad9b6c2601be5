import { javaHashCode } from "@moldau/protocol-codec";
import { inJavaHashOrder } from "@moldau/protocol-codec/internal";

/**
 * Names in the order in which a Java HashMap goes through them. Where Apache Kafka takes the first of several equals out of one, or goes
 * through its members, this order decides: of one vote for `roundrobin` and one for `range`, `range` wins, whoever came first.
 */
export function javaHashOrder(names: readonly string[]): readonly string[] {
  return inJavaHashOrder(names, javaHashCode);
}
