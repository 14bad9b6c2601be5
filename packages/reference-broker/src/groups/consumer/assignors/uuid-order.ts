import { inJavaHashOrder, Uuid } from "@moldau/protocol-codec/internal";

/** Ids of topics in the order in which a Java HashMap goes through them; one made with room for `capacity` of them, where that is known to differ. */
export function topicsInHashOrder(topicIds: Iterable<string>, capacity?: number): string[] {
  return inJavaHashOrder(topicIds, hashOf, capacity);
}

/** Orders ids as Kafka's Uuid does: as two signed numbers of 64 bits. */
export function compareTopicIds(a: string, b: string): number {
  const [one, other] = [bytesOf(a), bytesOf(b)];
  const high = one.readBigInt64BE(0) - other.readBigInt64BE(0);
  const difference = high === 0n ? one.readBigInt64BE(8) - other.readBigInt64BE(8) : high;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The hash that Kafka's Uuid computes. */
function hashOf(topicId: string): number {
  const bytes = bytesOf(topicId);
  return bytes.readInt32BE(0) ^ bytes.readInt32BE(4) ^ bytes.readInt32BE(8) ^ bytes.readInt32BE(12);
}

function bytesOf(topicId: string): Buffer {
  const bytes = Buffer.alloc(16);
  Uuid.parse(topicId).writeTo(bytes, 0);
  return bytes;
}
