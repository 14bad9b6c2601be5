import { FrameError, KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";

/** Why an answer's frame could not be received; undefined when something else failed. */
export function refusedFrame(error: unknown): FrameError | undefined {
  let cause = error;
  while (cause instanceof Error && !(cause instanceof FrameError)) cause = cause.cause;
  return cause instanceof FrameError ? cause : undefined;
}

/** The next batch of a partition does not fit into a frame, although nothing else was asked for with it. */
export function tooLarge(
  { topic, partition, fetchOffset: offset }: AssignedPartition,
  refused: FrameError,
): KafkaError {
  return new KafkaError(
    refused.code,
    `The batch at offset ${offset} of ${topic}-${partition} cannot be received: ${refused.message}. ` +
      "Raise the client's maxFrameBytes above that, or seek past the batch to leave it out.",
    { topic, partition, offset, cause: refused },
  );
}
