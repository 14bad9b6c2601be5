import type { Lane } from "./lane.js";

/**
 * Says whether a batch may go to its partition now: a transaction first has to tell its coordinator of the partition.
 *
 * Whoever holds a gate shut wakes the partition's queue when it opens.
 */
export interface PartitionGate {
  /** Whether batches of the lane may be sent to the partition now. Asked before each batch, and must not take long. */
  isOpen(target: PartitionOfGate, lane: Lane): boolean;
  /** The newest version of Produce that may be used; undefined for any. Asked before each request. */
  readonly maxProduceVersion: number | undefined;
}

/** A partition at a gate: always the same object for the same one, as long as the producer remembers it. */
export interface PartitionOfGate {
  readonly topic: string;
  readonly partition: number;
}

/** The gate of a producer without transactions: always open. */
export const openGate: PartitionGate = { isOpen: () => true, maxProduceVersion: undefined };
