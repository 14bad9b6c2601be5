import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../coordination/coordinator-error.js";
import type { GroupView } from "./group-view.js";
import type { OffsetKey, OffsetStore } from "./offsets.js";
import type { GroupRecord, OffsetRecord } from "./records.js";

/** Whose offsets are looked at, and when they have expired. */
export interface Expiry {
  readonly groupId: string;
  readonly nowMs: number;
  /** `offsets.retention.minutes`, in milliseconds. */
  readonly retentionMs: number;
}

/** The error that a DeleteGroups deserves for one group, or NONE. */
export function deleteGroupError(group: GroupView | undefined): number {
  if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
  return group.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
}

/** An OffsetDelete, worked out: what is to be written, and what each partition is answered with. */
export interface DeletedOffsets {
  readonly records: readonly OffsetRecord[];
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
  }[];
}

/** What an OffsetDelete names, and where the offsets are. */
export interface OffsetsToDelete {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number }[];
  }[];
  readonly offsets: OffsetStore;
}

/**
 * Works out an OffsetDelete. Throws a CoordinatorError when the group is unknown, or has members of another protocol than the consumer's; a topic
 * that a member reads is refused by itself (GROUP_SUBSCRIBED_TO_TOPIC).
 */
export function deleteOffsets(
  groupId: string,
  group: GroupView | undefined,
  { topics, offsets }: OffsetsToDelete,
): DeletedOffsets {
  if (group === undefined) throw new CoordinatorError(ErrorCode.GROUP_ID_NOT_FOUND);
  if (!group.isEmpty && !group.usesConsumerProtocol) throw new CoordinatorError(ErrorCode.NON_EMPTY_GROUP);
  const records: OffsetRecord[] = [];
  const answers = topics.map(({ name, partitions }) => {
    const errorCode = group.isSubscribedTo(name) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    for (const { partitionIndex: partition } of errorCode === ErrorCode.NONE ? partitions : []) {
      const key = { groupId, topic: name, partition };
      if (offsets.get(key) !== undefined || offsets.isPending(key)) records.push(offsetTombstone(key));
    }
    return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) };
  });
  return { records, topics: answers };
}

/** The tombstones that remove every group's offsets of some topics. */
export function topicTombstones(topics: readonly string[], offsets: OffsetStore): readonly OffsetRecord[] {
  const gone = new Set(topics);
  return [...offsets.groupIds()].flatMap((groupId) =>
    [...offsets.partitionsOf(groupId)]
      .filter(({ topic }) => gone.has(topic))
      .map((partition) => offsetTombstone({ groupId, ...partition })),
  );
}

/** The tombstones that remove a group with all its offsets. */
export function groupTombstones(
  groupId: string,
  group: GroupView | undefined,
  offsets: OffsetStore,
): readonly GroupRecord[] {
  const tombstones = [...offsets.partitionsOf(groupId)].map((partition) => offsetTombstone({ groupId, ...partition }));
  return [...tombstones, ...(group?.tombstones(groupId) ?? [])];
}

/**
 * The tombstones of a group's offsets that are older than their retention, and of the group itself when it has no members and no offset is
 * left. Offsets of a group with members expire only for topics that none of them reads; those of an empty group from the moment it became
 * empty; those of a simple group from their commit (KIP-211, KIP-496).
 */
export function expiredRecords(
  group: GroupView | undefined,
  offsets: OffsetStore,
  { groupId, nowMs, retentionMs }: Expiry,
): readonly GroupRecord[] {
  // A group that only committed has no members, and its offsets count from their commit.
  const since = group === undefined ? (committedAtMs: number) => committedAtMs : group.retentionStart();
  const records: GroupRecord[] = [];
  let anyKept = offsets.hasPending(groupId);
  for (const [topic, partitions] of offsets.ofGroup(groupId)) {
    for (const [partition, stored] of partitions) {
      const startMs = group?.isSubscribedTo(topic) === true ? null : (since?.(stored.commitTimestampMs) ?? null);
      const endMs = startMs === null ? Infinity : (stored.expireTimestampMs ?? startMs + retentionMs);
      if (nowMs < endMs || offsets.isPending({ groupId, topic, partition })) anyKept = true;
      else records.push(offsetTombstone({ groupId, topic, partition }));
    }
  }
  if (anyKept || group?.isEmpty === false) return records;
  return [...records, ...(group?.tombstones(groupId) ?? [{ kind: "group", groupId, value: null } as const])];
}

function offsetTombstone(key: OffsetKey): OffsetRecord {
  return { kind: "offset", ...key, value: null };
}
