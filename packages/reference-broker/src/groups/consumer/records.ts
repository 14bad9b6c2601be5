import { Uuid } from "@moldau/protocol-codec";
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  encodeCoordinatorKey,
  encodeVersioned,
} from "@moldau/protocol-codec/state";
import type { LogEntry } from "../records.js";
import type { ConsumerMember, MemberState, ResolvedPattern } from "./state.js";
import { ascending, type EpochedPartitions, type TopicPartitions } from "./topic-partitions.js";

/** What one record of `__consumer_offsets` says of a group of the consumer protocol. A null value is a tombstone. */
export type ConsumerGroupRecord =
  | GroupEpochRecord
  | PartitionMetadataRecord
  | MemberRecord
  | TargetEpochRecord
  | TargetRecord
  | CurrentRecord
  | PatternRecord;

/** The group has another epoch, or is gone. */
export interface GroupEpochRecord {
  readonly kind: "consumerGroup";
  readonly groupId: string;
  readonly value: { readonly epoch: number; readonly metadataHash: bigint } | null;
}

/** The topics of a group, as Apache Kafka before 4.1 wrote them. Only tombstones are written; of others it counts that they are there. */
export interface PartitionMetadataRecord {
  readonly kind: "consumerPartitionMetadata";
  readonly groupId: string;
  readonly value: "present" | null;
}

/** A member says other things of itself, or is gone. */
export interface MemberRecord {
  readonly kind: "consumerMember";
  readonly groupId: string;
  readonly memberId: string;
  readonly value: MemberFacts | null;
}

/** What a member says of itself. */
export type MemberFacts = Omit<
  ConsumerMember,
  "memberId" | "epoch" | "previousEpoch" | "state" | "assigned" | "toRevoke"
>;

/** The target was worked out for another epoch. */
export interface TargetEpochRecord {
  readonly kind: "consumerTargetEpoch";
  readonly groupId: string;
  readonly value: { readonly epoch: number; readonly atMs: number } | null;
}

/** A member is to have other partitions. */
export interface TargetRecord {
  readonly kind: "consumerTarget";
  readonly groupId: string;
  readonly memberId: string;
  readonly value: TopicPartitions | null;
}

/** A member went a step towards the target. */
export interface CurrentRecord {
  readonly kind: "consumerCurrent";
  readonly groupId: string;
  readonly memberId: string;
  readonly value: Standing | null;
}

/** Where a member stands. */
export type Standing = Pick<ConsumerMember, "epoch" | "previousEpoch" | "state" | "assigned" | "toRevoke">;

/** A pattern stands for other topics, or was looked up anew, or nobody subscribes to it any more. */
export interface PatternRecord {
  readonly kind: "consumerPattern";
  readonly groupId: string;
  readonly pattern: string;
  readonly value: ResolvedPattern | null;
}

/** All of them are written in the one version that there is. */
const valueVersion = 0;

/** Writes a record as Apache Kafka 4.3 writes it. */
export function encodeConsumerGroupRecord(record: ConsumerGroupRecord): LogEntry {
  const { groupId } = record;
  switch (record.kind) {
    case "consumerGroup": {
      const key = encodeCoordinatorKey(ConsumerGroupMetadataKey, { groupId });
      return entry(key, record.value, (value) => encodeVersioned(ConsumerGroupMetadataValue, valueVersion, value));
    }
    case "consumerPartitionMetadata":
      return { key: encodeCoordinatorKey(ConsumerGroupPartitionMetadataKey, { groupId }), value: null };
    case "consumerMember": {
      const key = encodeCoordinatorKey(ConsumerGroupMemberMetadataKey, { groupId, memberId: record.memberId });
      return entry(key, record.value, encodeFacts);
    }
    case "consumerTargetEpoch": {
      const key = encodeCoordinatorKey(ConsumerGroupTargetAssignmentMetadataKey, { groupId });
      return entry(key, record.value, ({ epoch, atMs }) =>
        encodeVersioned(ConsumerGroupTargetAssignmentMetadataValue, valueVersion, {
          assignmentEpoch: epoch,
          assignmentTimestamp: BigInt(atMs),
        }),
      );
    }
    case "consumerTarget": {
      const key = encodeCoordinatorKey(ConsumerGroupTargetAssignmentMemberKey, { groupId, memberId: record.memberId });
      return entry(key, record.value, (value) =>
        encodeVersioned(ConsumerGroupTargetAssignmentMemberValue, valueVersion, {
          topicPartitions: Array.from(value, ([topicId, partitions]) => ({
            topicId: Uuid.parse(topicId),
            partitions: ascending(partitions),
          })),
        }),
      );
    }
    case "consumerCurrent": {
      const key = encodeCoordinatorKey(ConsumerGroupCurrentMemberAssignmentKey, { groupId, memberId: record.memberId });
      return entry(key, record.value, encodeStanding);
    }
    case "consumerPattern": {
      const { pattern: regularExpression } = record;
      const key = encodeCoordinatorKey(ConsumerGroupRegularExpressionKey, { groupId, regularExpression });
      return entry(key, record.value, ({ topics, version, resolvedAtMs }) =>
        encodeVersioned(ConsumerGroupRegularExpressionValue, valueVersion, {
          topics: [...topics],
          version,
          timestamp: BigInt(resolvedAtMs),
        }),
      );
    }
  }
}

/** Reads a record of these kinds; undefined when the key is of another. Throws DecodeError when it cannot be read. */
export function decodeConsumerGroupRecord(key: Buffer, value: Buffer | null): ConsumerGroupRecord | undefined {
  switch (coordinatorRecordType(key)) {
    case ConsumerGroupMetadataKey.recordType: {
      const { groupId } = decodeCoordinatorKey(ConsumerGroupMetadataKey, key);
      const decoded = value === null ? null : decodeVersioned(ConsumerGroupMetadataValue, value).value;
      return { kind: "consumerGroup", groupId, value: decoded };
    }
    case ConsumerGroupPartitionMetadataKey.recordType: {
      const { groupId } = decodeCoordinatorKey(ConsumerGroupPartitionMetadataKey, key);
      return { kind: "consumerPartitionMetadata", groupId, value: value === null ? null : "present" };
    }
    case ConsumerGroupMemberMetadataKey.recordType:
      return {
        kind: "consumerMember",
        ...decodeCoordinatorKey(ConsumerGroupMemberMetadataKey, key),
        value: value === null ? null : decodeFacts(value),
      };
    case ConsumerGroupTargetAssignmentMetadataKey.recordType: {
      const { groupId } = decodeCoordinatorKey(ConsumerGroupTargetAssignmentMetadataKey, key);
      return { kind: "consumerTargetEpoch", groupId, value: value === null ? null : decodeTargetEpoch(value) };
    }
    case ConsumerGroupTargetAssignmentMemberKey.recordType:
      return {
        kind: "consumerTarget",
        ...decodeCoordinatorKey(ConsumerGroupTargetAssignmentMemberKey, key),
        value: value === null ? null : decodeTarget(value),
      };
    case ConsumerGroupCurrentMemberAssignmentKey.recordType:
      return {
        kind: "consumerCurrent",
        ...decodeCoordinatorKey(ConsumerGroupCurrentMemberAssignmentKey, key),
        value: value === null ? null : decodeStanding(value),
      };
    case ConsumerGroupRegularExpressionKey.recordType: {
      const { groupId, regularExpression: pattern } = decodeCoordinatorKey(ConsumerGroupRegularExpressionKey, key);
      return { kind: "consumerPattern", groupId, pattern, value: value === null ? null : decodePattern(value) };
    }
    default:
      return undefined;
  }
}

function entry<Value>(key: Buffer, value: Value | null, encode: (value: Value) => Buffer): LogEntry {
  return { key, value: value === null ? null : encode(value) };
}

function encodeFacts(facts: MemberFacts): Buffer {
  const { groupInstanceId, topics, pattern, classic, ...same } = facts;
  return encodeVersioned(ConsumerGroupMemberMetadataValue, valueVersion, {
    ...same,
    instanceId: groupInstanceId,
    subscribedTopicNames: [...topics],
    subscribedTopicRegex: pattern,
    classicMemberMetadata:
      classic === null
        ? null
        : {
            sessionTimeoutMs: classic.sessionTimeoutMs,
            supportedProtocols: classic.protocols.map(({ name, metadata }) => ({ name, metadata })),
          },
  });
}

function decodeFacts(value: Buffer): MemberFacts {
  const { instanceId, subscribedTopicNames, subscribedTopicRegex, classicMemberMetadata, ...same } = decodeVersioned(
    ConsumerGroupMemberMetadataValue,
    value,
  ).value;
  return {
    ...same,
    groupInstanceId: instanceId,
    topics: sortedNames(subscribedTopicNames),
    pattern: subscribedTopicRegex,
    classic:
      classicMemberMetadata === null
        ? null
        : {
            sessionTimeoutMs: classicMemberMetadata.sessionTimeoutMs,
            // Copies: they outlive the chunk of the log that they were read in.
            protocols: classicMemberMetadata.supportedProtocols.map(({ name, metadata }) => ({
              name,
              metadata: Buffer.from(metadata),
            })),
          },
  };
}

/** Names as a member's record has them: in the order of Java's strings, each once. */
export function sortedNames(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort((one, other) => (one < other ? -1 : 1));
}

function decodeTargetEpoch(value: Buffer): NonNullable<TargetEpochRecord["value"]> {
  const { assignmentEpoch, assignmentTimestamp } = decodeVersioned(
    ConsumerGroupTargetAssignmentMetadataValue,
    value,
  ).value;
  return { epoch: assignmentEpoch, atMs: Number(assignmentTimestamp) };
}

function decodeTarget(value: Buffer): TopicPartitions {
  const { topicPartitions } = decodeVersioned(ConsumerGroupTargetAssignmentMemberValue, value).value;
  return new Map(topicPartitions.map(({ topicId, partitions }) => [topicId.toString(), new Set(partitions)]));
}

function encodeStanding({ epoch, previousEpoch, state, assigned, toRevoke }: Standing): Buffer {
  return encodeVersioned(ConsumerGroupCurrentMemberAssignmentValue, valueVersion, {
    memberEpoch: epoch,
    previousMemberEpoch: previousEpoch,
    state: stateNumbers[state],
    assignedPartitions: epochedToWire(assigned),
    partitionsPendingRevocation: epochedToWire(toRevoke),
  });
}

function decodeStanding(value: Buffer): Standing {
  const { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation } = decodeVersioned(
    ConsumerGroupCurrentMemberAssignmentValue,
    value,
  ).value;
  return {
    epoch: memberEpoch,
    previousEpoch: previousMemberEpoch,
    state: statesByNumber.get(state) ?? "unknown",
    assigned: epochedFromWire(assignedPartitions, memberEpoch),
    toRevoke: epochedFromWire(partitionsPendingRevocation, memberEpoch),
  };
}

function decodePattern(value: Buffer): ResolvedPattern {
  const { topics, version, timestamp } = decodeVersioned(ConsumerGroupRegularExpressionValue, value).value;
  return { topics: sortedNames(topics), version, resolvedAtMs: Number(timestamp) };
}

const stateNumbers: Readonly<Record<MemberState, number>> = {
  stable: 0,
  unrevokedPartitions: 1,
  unreleasedPartitions: 2,
  unknown: 127,
};

const statesByNumber: ReadonlyMap<number, MemberState> = new Map([
  [0, "stable"],
  [1, "unrevokedPartitions"],
  [2, "unreleasedPartitions"],
]);

type WirePartitions = ConsumerGroupCurrentMemberAssignmentValue["assignedPartitions"];

function epochedToWire(partitions: EpochedPartitions) {
  return Array.from(partitions, ([topicId, epochs]) => {
    const sorted = ascending(epochs.keys());
    const assignmentEpochs = sorted.map((partition) => epochs.get(partition) ?? 0);
    return { topicId: Uuid.parse(topicId), partitions: sorted, assignmentEpochs };
  });
}

/** Records of Apache Kafka before 4.3 know no epochs of partitions: the member's counts, or 0 when it had left for a while. */
function epochedFromWire(topics: WirePartitions, memberEpoch: number): EpochedPartitions {
  return new Map(
    topics.map(({ topicId, partitions, assignmentEpochs }) => {
      const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : [];
      return [
        topicId.toString(),
        new Map(partitions.map((partition, at) => [partition, epochs[at] ?? Math.max(memberEpoch, 0)])),
      ];
    }),
  );
}
