import { murmur2, murmur2OfText } from "./murmur2.js";

/**
 * The partition that Kafka's default partitioner gives to a key: `toPositive(murmur2(key)) % partitionCount`.
 *
 * The sign bit is masked away, not negated, exactly as in Java.
 */
export function partitionForKey(key: Uint8Array | string, partitionCount: number): number {
  const hash = typeof key === "string" ? murmur2OfText(key) : murmur2(key);
  return (hash & 0x7fffffff) % partitionCount;
}
