import type { Uuid } from "@moldau/protocol-codec";
import {
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  encodeCoordinatorKey,
  encodeVersioned,
  GroupMetadataKey,
  GroupMetadataValue,
  LegacyOffsetCommitKey,
  OffsetCommitKey,
  OffsetCommitValue,
} from "@moldau/protocol-codec/state";
import { decodeConsumerGroupRecord, encodeConsumerGroupRecord, type ConsumerGroupRecord } from "./consumer/records.js";

/** What one record of `__consumer_offsets` says. A null value is a tombstone: the offset or the group is gone. */
export type GroupRecord = OffsetRecord | MetadataRecord | ConsumerGroupRecord;

/** A partition's offset was committed, or removed. */
export interface OffsetRecord {
  readonly kind: "offset";
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: CommittedOffset | null;
}

/** A group of the classic protocol has another generation, or was deleted. */
export interface MetadataRecord {
  readonly kind: "group";
  readonly groupId: string;
  readonly value: GroupMetadata | null;
}

/** A committed offset as it was committed. */
export interface CommittedOffset {
  readonly offset: bigint;
  /** Leader epoch of the last record consumed; -1 when the client did not say (KIP-320). */
  readonly leaderEpoch: number;
  /** Free text of the client; empty when it gave none. */
  readonly metadata: string;
  /** Milliseconds since 1970. */
  readonly commitTimestampMs: number;
  /** Set when the commit asked for a retention of its own (OffsetCommit 2-4); null otherwise. */
  readonly expireTimestampMs: number | null;
  /** The topic's id; zero when it was not known. */
  readonly topicId: Uuid;
}

/** What the log keeps of a group of the classic protocol. */
export interface GroupMetadata {
  /** Null when nobody has joined yet. */
  readonly protocolType: string | null;
  readonly generation: number;
  /** The assignor that was chosen; null without members. */
  readonly protocolName: string | null;
  readonly leader: string | null;
  /** When the generation began, in milliseconds; null in records of Kafka before 2.1. */
  readonly changedAtMs: number | null;
  readonly members: readonly PersistedMember[];
}

/** What the log keeps of a member. */
export interface PersistedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** Its metadata under the chosen protocol. */
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

/** Key and value of a record in the log. */
export interface LogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Version 4 has the topic id, as a tagged field; an explicit expiry exists in version 1 alone. */
const offsetValueVersion = 4;
const offsetValueVersionWithExpiry = 1;
/** Version 4 exists, but Apache Kafka 4.3 writes 3. */
const groupValueVersion = 3;

/** Writes a record as Apache Kafka 4.3 writes it. */
export function encodeGroupRecord(record: GroupRecord): LogEntry {
  if (record.kind === "group") {
    const key = encodeCoordinatorKey(GroupMetadataKey, { group: record.groupId });
    return { key, value: record.value === null ? null : encodeMetadata(record.value) };
  }
  if (record.kind !== "offset") return encodeConsumerGroupRecord(record);
  const { groupId, topic, partition, value } = record;
  const key = encodeCoordinatorKey(OffsetCommitKey, { group: groupId, topic, partition });
  return { key, value: value === null ? null : encodeOffset(value) };
}

/**
 * Reads a record. Undefined: a record of a kind that this broker does not keep (groups of shares and of streams), which is passed over.
 * Throws DecodeError when it is of a known kind and cannot be read.
 */
export function decodeGroupRecord({
  key,
  value,
}: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}): GroupRecord | undefined {
  if (key === null) return undefined;
  switch (coordinatorRecordType(key)) {
    case LegacyOffsetCommitKey.recordType:
      return offsetRecord(decodeCoordinatorKey(LegacyOffsetCommitKey, key), value);
    case OffsetCommitKey.recordType:
      return offsetRecord(decodeCoordinatorKey(OffsetCommitKey, key), value);
    case GroupMetadataKey.recordType:
      return {
        kind: "group",
        groupId: decodeCoordinatorKey(GroupMetadataKey, key).group,
        value: value === null ? null : decodeMetadata(value),
      };
    default:
      return decodeConsumerGroupRecord(key, value);
  }
}

function offsetRecord({ group, topic, partition }: OffsetCommitKey, value: Buffer | null): OffsetRecord {
  // The values of both kinds of key are of one schema: version 0 of it is all that the older kind knew.
  return { kind: "offset", groupId: group, topic, partition, value: value === null ? null : decodeOffset(value) };
}

function encodeOffset({
  offset,
  leaderEpoch,
  metadata,
  commitTimestampMs,
  expireTimestampMs,
  topicId,
}: CommittedOffset): Buffer {
  return encodeVersioned(
    OffsetCommitValue,
    expireTimestampMs === null ? offsetValueVersion : offsetValueVersionWithExpiry,
    {
      offset,
      leaderEpoch,
      metadata,
      commitTimestamp: BigInt(commitTimestampMs),
      expireTimestamp: BigInt(expireTimestampMs ?? -1),
      topicId,
    },
  );
}

function decodeOffset(value: Buffer): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = decodeVersioned(
    OffsetCommitValue,
    value,
  ).value;
  return {
    offset,
    leaderEpoch,
    metadata,
    commitTimestampMs: Number(commitTimestamp),
    expireTimestampMs: expireTimestamp === -1n ? null : Number(expireTimestamp),
    topicId,
  };
}

function encodeMetadata({
  protocolType,
  generation,
  protocolName,
  leader,
  changedAtMs,
  members,
}: GroupMetadata): Buffer {
  return encodeVersioned(GroupMetadataValue, groupValueVersion, {
    protocolType: protocolType ?? "",
    generation,
    protocol: protocolName,
    leader,
    currentStateTimestamp: BigInt(changedAtMs ?? -1),
    members: members.map(({ rebalanceTimeoutMs, sessionTimeoutMs, ...member }) => ({
      ...member,
      rebalanceTimeout: rebalanceTimeoutMs,
      sessionTimeout: sessionTimeoutMs,
    })),
  });
}

function decodeMetadata(value: Buffer): GroupMetadata {
  const { protocolType, generation, protocol, leader, currentStateTimestamp, members } = decodeVersioned(
    GroupMetadataValue,
    value,
  ).value;
  return {
    protocolType: protocolType === "" ? null : protocolType,
    generation,
    protocolName: protocol,
    leader,
    changedAtMs: currentStateTimestamp === -1n ? null : Number(currentStateTimestamp),
    members: members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Records of Kafka before 0.10.1 have no rebalance timeout: the session timeout was used for both.
      rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      // Copies: they outlive the chunk of the log that they were read in.
      subscription: Buffer.from(member.subscription),
      assignment: Buffer.from(member.assignment),
    })),
  };
}
