import { invalidArgument, isPlainObject, show } from "@moldau/connection-pool";
import { Uuid } from "@moldau/protocol-codec";
import type { Assignment } from "../partitions/assignment.js";
import type { AssignedPartition, Place } from "../partitions/assigned-partition.js";
import { partitionKey, type TopicPartition, type TopicPartitionOffset } from "../partitions/topic-partition.js";
import { goneFromLog, notAssigned, takenBack } from "../errors.js";
import { MessageBatch } from "../reading/message-batch.js";
import { Message } from "../reading/message.js";
import type { CommittableOffset } from "./commit-request.js";
import type { OffsetToCommit } from "./pending-commit.js";

/** An offset as the application commits it: the next to be read. */
export interface CommitOffset extends TopicPartitionOffset {
  /** A text that is kept with the offset, for whoever looks at the group. Default: empty. */
  readonly metadata?: string;
}

/** What can be committed: messages or batches as done, or offsets to read next. */
export type Committable = Message | MessageBatch | readonly (CommitOffset | Message | MessageBatch)[];

/** An offset that the application wants committed, and the partition's stay with this consumer, if it has it. */
export interface NamedOffset extends CommittableOffset {
  readonly assigned: AssignedPartition | undefined;
}

/**
 * Reads what the application wants committed, and changes nothing. Of several offsets of one partition the highest counts.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT; CLIENT_NOT_ASSIGNED for a message whose partition was given up since; CLIENT_TAKEN_BACK for one
 * that an abort has taken back.
 */
export function readCommittable(call: string, what: Committable, assignment: Assignment): NamedOffset[] {
  const listed: readonly unknown[] = Array.isArray(what) ? what : [what];
  const byPartition = new Map<string, NamedOffset>();
  for (const [index, each] of listed.entries()) {
    const path = listed === what ? `${call}: offsets[${index}]` : call;
    const named = ofHandedOut(each, assignment) ?? ofApplication(parseOffset(each, path), assignment);
    const key = partitionKey(named.topic, named.partition);
    const other = byPartition.get(key);
    if (other === undefined || other.offset < named.offset) byPartition.set(key, named);
  }
  return [...byPartition.values()];
}

/**
 * Marks what the application wants committed as done. An offset of a partition that is not assigned here may be committed until `otherwise` fires.
 * `moved` is told when reading steps over what was taken back before an offset.
 */
export function offsetsOf(
  named: readonly NamedOffset[],
  { otherwise, moved }: { readonly otherwise: AbortSignal; readonly moved: (partition: AssignedPartition) => void },
): OffsetToCommit[] {
  return named.map(({ assigned, ...offset }) => {
    if (assigned === undefined) return { ...offset, ended: otherwise, settle: () => undefined };
    markDone(assigned, offset.offset);
    const settle = settlement(assigned, offset);
    return {
      ...offset,
      ended: assigned.ended,
      settle: (outcome) => {
        settle(outcome);
        if (outcome === "kept" && assigned.stepOver(offset)) moved(assigned);
      },
    };
  });
}

/** Everything before `offset` is done, because the application says so. Beyond what was handed out nothing is done yet. */
export function markDone(assigned: AssignedPartition, offset: bigint): void {
  if (assigned.isReady && offset <= assigned.position) assigned.mark(offset);
}

/** Everything that is done and not committed yet. */
export function dueOffsets(assignment: Assignment): OffsetToCommit[] {
  const offsets: OffsetToCommit[] = [];
  for (const partition of assignment) {
    const { due, ended, lineage } = partition;
    const { topicId } = lineage;
    if (due !== undefined) offsets.push({ ...due, topicId, metadata: "", ended, settle: settlement(partition, due) });
  }
  return offsets;
}

function ofHandedOut(what: unknown, assignment: Assignment): NamedOffset | undefined {
  if (what instanceof Message)
    return ofStay(what, { stay: Message.stayOf(what), offset: what.offset + 1n, assignment });
  if (what instanceof MessageBatch)
    return ofStay(what, { stay: MessageBatch.stayOf(what), offset: what.nextOffset, assignment });
  return undefined;
}

function ofStay(
  what: TopicPartition & { readonly leaderEpoch: number },
  { stay, offset, assignment }: { readonly stay: object; readonly offset: bigint; readonly assignment: Assignment },
): NamedOffset {
  const assigned = assignment.find(what);
  if (assigned?.tookBack(stay) === true) throw takenBack(what, offset);
  if (assigned?.hasLost(stay) === true) throw goneFromLog(what, offset);
  if (assigned?.stay !== stay) {
    throw notAssigned(
      what,
      "was given up since the message was received, so the message cannot be committed any more: it is delivered again.",
    );
  }
  const { topic, partition, leaderEpoch } = what;
  const { topicId } = assigned.lineage;
  return { topic, partition, topicId, offset, leaderEpoch, metadata: "", assigned };
}

function ofApplication(given: Required<CommitOffset>, assignment: Assignment): NamedOffset {
  const assigned = assignment.find(given);
  return { ...given, leaderEpoch: -1, topicId: assigned?.lineage.topicId ?? Uuid.zero, assigned };
}

/** Takes note in the partition that the offset is settled, unless its stay ended or reading continued elsewhere meanwhile. */
function settlement(assigned: AssignedPartition, { offset, leaderEpoch }: Place): OffsetToCommit["settle"] {
  const { version, done } = assigned;
  return (outcome) => {
    if (assigned.version !== version) return;
    // Whoever commits less than is done means it: automatic commits do not go over that before something more is done.
    if (outcome === "kept") assigned.committedAt({ offset, leaderEpoch }, done);
    else assigned.notDue(offset > done ? offset : done);
  };
}

function parseOffset(value: unknown, path: string): Required<CommitOffset> {
  if (!isPlainObject(value))
    throw invalidArgument(
      `${path}: expected a message, a batch, or an offset such as { topic: "orders", partition: 0, offset: 42n }, not ${show(value)}.`,
    );
  const given: { topic?: unknown; partition?: unknown; offset?: unknown; metadata?: unknown } = value;
  const { topic, partition, offset, metadata = "" } = given;
  if (typeof topic !== "string" || topic === "") throw invalidArgument(`${path}.topic must be the name of a topic.`);
  if (typeof partition !== "number" || !Number.isInteger(partition) || partition < 0)
    throw invalidArgument(`${path}.partition must be a whole number from 0.`);
  if (typeof offset !== "bigint" || offset < 0n)
    throw invalidArgument(`${path}.offset must be a bigint from 0n, the next offset to read, not ${show(offset)}.`);
  if (typeof metadata !== "string") throw invalidArgument(`${path}.metadata must be a text.`);
  return { topic, partition, offset, metadata };
}
