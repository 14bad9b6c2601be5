import type { Lane } from "./lane.js";

/**
 * Says whether a batch may go to its partition now: a transaction first has to tell its coordinator of the partition.
 *
 * Whoever holds a gate shut wakes the partition's queue when it opens.
 */
export interface PartitionGate {
  /** Whether batches of the lane may be sent to the partition now. Asked before each batch, and must not take long. */
  isOpen(target: { readonly topic: string; readonly partition: number }, lane: Lane): boolean;
}

/** The gate of a producer without transactions: always open. */
export const openGate: PartitionGate = { isOpen: () => true };
