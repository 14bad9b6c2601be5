import type { TraceOutcome } from "@moldau/connection-pool";
import { traceChannel } from "@moldau/connection-pool/internal";
import type { ConsumerName } from "../events.js";
import type { TopicPartitionOffset } from "../partitions/topic-partition.js";
import type { CommitResult } from "./pending-commit.js";

/** A commit from its first request to its outcome; on the tracing channel `moldau:consumer:commit`. */
export interface CommitTrace extends ConsumerName, TraceOutcome<CommitResult> {
  /** The next offsets to be read. */
  readonly offsets: readonly TopicPartitionOffset[];
}

/** Carries {@link CommitTrace}. */
export const commitChannel = traceChannel<CommitTrace>("moldau:consumer:commit");
