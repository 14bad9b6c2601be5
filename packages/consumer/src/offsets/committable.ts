import { invalidArgument, isPlainObject, show } from "@moldau/connection-pool";
import type { Assignment } from "../partitions/assignment.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { TopicPartition, TopicPartitionOffset } from "../partitions/topic-partition.js";
import { notAssigned } from "../errors.js";
import { MessageBatch } from "../reading/message-batch.js";
import { Message } from "../reading/message.js";
import type { OffsetToCommit } from "./pending-commit.js";

/** An offset as the application commits it: the next to be read. */
export interface CommitOffset extends TopicPartitionOffset {
  /** A text that is kept with the offset, for whoever looks at the group. Default: empty. */
  readonly metadata?: string;
}

/** What can be committed: a message or batch as done, or offsets to read next. */
export type Committable = Message | MessageBatch | readonly CommitOffset[];

/**
 * Reads what the application wants committed, and marks it as done.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT; CLIENT_NOT_ASSIGNED for a message whose partition was given up since.
 */
export function offsetsOf(what: Committable, assignment: Assignment): OffsetToCommit[] {
  if (what instanceof Message) return [mark(what, Message.stayOf(what), { assignment, offset: what.offset + 1n })];
  if (what instanceof MessageBatch)
    return [mark(what, MessageBatch.stayOf(what), { assignment, offset: what.nextOffset })];
  if (!Array.isArray(what))
    throw invalidArgument(
      "commit: expected a message, a batch, or offsets such as [{ topic, partition, offset: 42n }].",
    );
  const offsets = what.map((each: unknown, index) => parseOffset(each, `commit: offsets[${index}]`));
  return offsets.map((each) => ofApplication(each, assignment));
}

/** Everything that is done and not committed yet. */
export function dueOffsets(assignment: Assignment): OffsetToCommit[] {
  const offsets: OffsetToCommit[] = [];
  for (const partition of assignment) {
    const { due } = partition;
    if (due !== undefined) offsets.push({ ...due, metadata: "", settle: settlement(partition, due.offset) });
  }
  return offsets;
}

function mark(
  what: TopicPartition & { readonly leaderEpoch: number },
  stay: object,
  { assignment, offset }: { readonly assignment: Assignment; readonly offset: bigint },
): OffsetToCommit {
  const assigned = assignment.find(what);
  if (assigned === undefined || assigned !== stay) {
    throw notAssigned(
      what,
      "was given up since the message was received, so the message cannot be committed any more: it is delivered again.",
    );
  }
  assigned.mark(offset);
  const { topic, partition, leaderEpoch } = what;
  return { topic, partition, offset, leaderEpoch, metadata: "", settle: settlement(assigned, offset) };
}

function ofApplication(given: Required<CommitOffset>, assignment: Assignment): OffsetToCommit {
  const assigned = assignment.find(given);
  if (assigned === undefined) return { ...given, leaderEpoch: -1, settle: () => undefined };
  // Beyond what was handed out, nothing is done yet.
  if (assigned.isReady && given.offset <= assigned.position) assigned.mark(given.offset);
  return { ...given, leaderEpoch: -1, settle: settlement(assigned, given.offset) };
}

/** Takes note in the partition that the offset is settled, unless its stay ended or reading continued elsewhere meanwhile. */
function settlement(assigned: AssignedPartition, offset: bigint): () => void {
  const { version, done } = assigned;
  return () => {
    // Whoever commits less than is done means it: automatic commits do not go over that before something more is done.
    if (assigned.version === version) assigned.committedAt(offset > done ? offset : done);
  };
}

function parseOffset(value: unknown, path: string): Required<CommitOffset> {
  const given: { topic?: unknown; partition?: unknown; offset?: unknown; metadata?: unknown } = isPlainObject(value)
    ? value
    : {};
  const { topic, partition, offset, metadata = "" } = given;
  if (typeof topic !== "string" || topic === "") throw invalidArgument(`${path}.topic must be the name of a topic.`);
  if (typeof partition !== "number" || !Number.isInteger(partition) || partition < 0)
    throw invalidArgument(`${path}.partition must be a whole number from 0.`);
  if (typeof offset !== "bigint" || offset < 0n)
    throw invalidArgument(`${path}.offset must be a bigint from 0n, the next offset to read, not ${show(offset)}.`);
  if (typeof metadata !== "string") throw invalidArgument(`${path}.metadata must be a text.`);
  return { topic, partition, offset, metadata };
}
