import type { KafkaError } from "@moldau/protocol-codec";
import type { BatchState } from "./batch-state.js";
import type { Lane } from "./lane.js";
import type { Stamp } from "./sequence.js";

/**
 * Records on their way to one partition, in one record batch: encoded once, sent by reference, remembered until the outcome.
 *
 * This is how everybody sees it. Only its {@link PartitionQueue} changes it.
 */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  /** When the oldest call in it was made, in monotonic milliseconds. */
  readonly createdAt: number;
  /** The end of its patience, in monotonic milliseconds. */
  readonly deadline: number;
  /** When it may be sent although there is room left, in monotonic milliseconds; only ever moved forward. */
  readonly dueAt: number;
  readonly state: BatchState;
  /** Number of records. */
  readonly count: number;
  /** Bytes it takes in a request; before it is encoded, an upper bound. */
  readonly sizeInBytes: number;
  /** The encoded batch; undefined before. */
  readonly records: Buffer | undefined;
  /** The numbers that it was sent with, or will be. */
  readonly stamp: Stamp | undefined;
  /** Its place among the numbered batches of the partition, from 1; 0 without numbers. */
  readonly place: number;
  /** Whether a request with it is under way: true also after it was given up, until the request has ended. */
  readonly isOnWire: boolean;
  /** Whether its calls know their outcome. */
  readonly isSettled: boolean;
  /** What went wrong last; the cause when time runs out. */
  readonly lastError: KafkaError | undefined;
}
