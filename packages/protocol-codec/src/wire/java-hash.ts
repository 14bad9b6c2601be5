import { invalidArgument, kindOf } from "../arguments.js";

/** Returns Java's `String.hashCode`: over UTF-16 units, wrapping at 32 bits, signed. */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash;
}

/**
 * Returns the partition of an internal topic (`__consumer_offsets`, `__transaction_state`) that owns an id.
 *
 * The absolute value of the smallest int32 counts as 0, as in Kafka's `Utils.abs`; the default partitioner for records
 * differs (it masks the sign).
 */
export function coordinatorPartition(id: string, partitions: number): number {
  if (typeof id !== "string") throw invalidArgument(`id: a string wanted, not ${kindOf(id)}`);
  if (!Number.isInteger(partitions) || partitions < 1)
    throw invalidArgument(`partitions: a whole number of at least 1 wanted, not ${kindOf(partitions)}`);
  const hash = javaHashCode(id);
  return hash === -0x8000_0000 ? 0 : Math.abs(hash) % partitions;
}
