import type { KafkaError } from "@moldau/protocol-codec";
import type { Batch } from "../batch/batch.js";
import type { EncodingOutcomes } from "../batch/encoder.js";
import type { PartitionQueue } from "../batch/partition-queue.js";

/**
 * What comes back along the way of a message. Everything else is a call in the direction in which batches go, so whoever wants to know what
 * can disturb a part from behind reads this.
 */
export interface Backflow extends EncodingOutcomes {
  /** A queue may have something to send: a batch came back, a pause is over, what stood in the way was given up. */
  sendable(queue: PartitionQueue): void;
  /** Bytes of the producer's memory are free again. */
  memoryFreed(): void;
  /** A broker cannot be connected to. */
  unreachable(node: number, error: KafkaError): void;
  /** There is an identity to number batches with. */
  identified(): void;
  /** The cluster gives none: what needs one fails. */
  unidentified(error: KafkaError): void;
  /** An attempt to get one failed, and is repeated while anything {@link hasWork needs} it. */
  identityDelayed(error: KafkaError): void;
  /** A batch was given up; its calls have been told. */
  gaveUp(batch: Batch, error: KafkaError): void;
  /** Whether any batch still waits for its outcome. */
  hasWork(): boolean;
}
