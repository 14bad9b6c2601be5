import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { DecodeError } from "../errors.js";
import { encodeInto } from "../schema/codec.js";
import { decode, decodeVersioned } from "../schema/index.js";
import { Writer } from "../wire/writer.js";
import { recordTypeOf } from "./record-type.js";
import type { Fields, Message, StructIn, StructOut } from "../schema/index.js";
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
} from "./groups/consumer-group-current-member-assignment.js";
import {
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
} from "./groups/consumer-group-member-metadata.js";
import { ConsumerGroupMetadataKey, ConsumerGroupMetadataValue } from "./groups/consumer-group-metadata.js";
import {
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
} from "./groups/consumer-group-partition-metadata.js";
import {
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
} from "./groups/consumer-group-regular-expression.js";
import {
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
} from "./groups/consumer-group-target-assignment-member.js";
import {
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from "./groups/consumer-group-target-assignment-metadata.js";
import { GroupMetadataKey, GroupMetadataValue } from "./groups/group-metadata.js";
import { LegacyOffsetCommitKey, LegacyOffsetCommitValue } from "./groups/legacy-offset-commit.js";
import { OffsetCommitKey, OffsetCommitValue } from "./groups/offset-commit.js";
import {
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
} from "./groups/share-group-current-member-assignment.js";
import { ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue } from "./groups/share-group-member-metadata.js";
import { ShareGroupMetadataKey, ShareGroupMetadataValue } from "./groups/share-group-metadata.js";
import {
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
} from "./groups/share-group-state-partition-metadata.js";
import {
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
} from "./groups/share-group-target-assignment-member.js";
import {
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
} from "./groups/share-group-target-assignment-metadata.js";
import {
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue,
} from "./groups/streams-group-current-member-assignment.js";
import {
  StreamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue,
} from "./groups/streams-group-member-metadata.js";
import { StreamsGroupMetadataKey, StreamsGroupMetadataValue } from "./groups/streams-group-metadata.js";
import {
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
} from "./groups/streams-group-target-assignment-member.js";
import {
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
} from "./groups/streams-group-target-assignment-metadata.js";
import { StreamsGroupTopologyKey, StreamsGroupTopologyValue } from "./groups/streams-group-topology.js";
import { ShareSnapshotKey, ShareSnapshotValue } from "./share/share-snapshot.js";
import { ShareUpdateKey, ShareUpdateValue } from "./share/share-update.js";
import { TransactionLogKey, TransactionLogValue } from "./transactions/transaction-log.js";

/*
 * A record of a coordinator's log:   key:  record type int16 │ fields          value:  version int16 │ fields
 * A null value is a tombstone: what the key names is gone.
 */

/** The schemas of one kind of record of a coordinator's log. */
export interface CoordinatorRecord {
  readonly key: Message;
  readonly value: Message;
}

/** The logs that coordinators keep. */
export type CoordinatorLog = "__consumer_offsets" | "__transaction_state" | "__share_group_state";

/** The kinds of records in each coordinator's log, ascending by record type. */
export const coordinatorRecords: Readonly<Record<CoordinatorLog, readonly CoordinatorRecord[]>> = {
  __consumer_offsets: [
    { key: LegacyOffsetCommitKey, value: LegacyOffsetCommitValue },
    { key: OffsetCommitKey, value: OffsetCommitValue },
    { key: GroupMetadataKey, value: GroupMetadataValue },
    { key: ConsumerGroupMetadataKey, value: ConsumerGroupMetadataValue },
    { key: ConsumerGroupPartitionMetadataKey, value: ConsumerGroupPartitionMetadataValue },
    { key: ConsumerGroupMemberMetadataKey, value: ConsumerGroupMemberMetadataValue },
    { key: ConsumerGroupTargetAssignmentMetadataKey, value: ConsumerGroupTargetAssignmentMetadataValue },
    { key: ConsumerGroupTargetAssignmentMemberKey, value: ConsumerGroupTargetAssignmentMemberValue },
    { key: ConsumerGroupCurrentMemberAssignmentKey, value: ConsumerGroupCurrentMemberAssignmentValue },
    { key: ShareGroupMemberMetadataKey, value: ShareGroupMemberMetadataValue },
    { key: ShareGroupMetadataKey, value: ShareGroupMetadataValue },
    { key: ShareGroupTargetAssignmentMetadataKey, value: ShareGroupTargetAssignmentMetadataValue },
    { key: ShareGroupTargetAssignmentMemberKey, value: ShareGroupTargetAssignmentMemberValue },
    { key: ShareGroupCurrentMemberAssignmentKey, value: ShareGroupCurrentMemberAssignmentValue },
    { key: ShareGroupStatePartitionMetadataKey, value: ShareGroupStatePartitionMetadataValue },
    { key: ConsumerGroupRegularExpressionKey, value: ConsumerGroupRegularExpressionValue },
    { key: StreamsGroupMetadataKey, value: StreamsGroupMetadataValue },
    { key: StreamsGroupMemberMetadataKey, value: StreamsGroupMemberMetadataValue },
    { key: StreamsGroupTargetAssignmentMetadataKey, value: StreamsGroupTargetAssignmentMetadataValue },
    { key: StreamsGroupTargetAssignmentMemberKey, value: StreamsGroupTargetAssignmentMemberValue },
    { key: StreamsGroupCurrentMemberAssignmentKey, value: StreamsGroupCurrentMemberAssignmentValue },
    { key: StreamsGroupTopologyKey, value: StreamsGroupTopologyValue },
  ],
  __transaction_state: [{ key: TransactionLogKey, value: TransactionLogValue }],
  __share_group_state: [
    { key: ShareSnapshotKey, value: ShareSnapshotValue },
    { key: ShareUpdateKey, value: ShareUpdateValue },
  ],
};

/** A record of a coordinator's log as it was read. */
export interface DecodedCoordinatorRecord {
  readonly recordType: number;
  /** Kafka's name of the kind, for example `OffsetCommit`. */
  readonly name: string;
  readonly key: StructOut<Fields>;
  /** The version that the value is written in; undefined when there is none. */
  readonly version: number | undefined;
  /** Null when the record is a tombstone. */
  readonly value: StructOut<Fields> | null;
}

/**
 * Reads any record of a coordinator's log; undefined for a kind that this version does not know, which a reader of the log has to pass over.
 * Throws a DecodeError that names the field when the record is of a known kind and cannot be read.
 */
export function decodeCoordinatorRecord(
  log: CoordinatorLog,
  record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null },
): DecodedCoordinatorRecord | undefined {
  if (!Object.hasOwn(coordinatorRecords, log))
    throw invalidArgument(`log: one of ${Object.keys(coordinatorRecords).join(", ")} wanted, not ${kindOf(log)}`);
  requireObject(record, "record", "{ key, value }");
  const { key, value } = record;
  if (key === null) throw new DecodeError(`a record of ${log} without a key`);
  const recordType = coordinatorRecordType(key);
  const kind = coordinatorRecords[log].find((each) => each.key.recordType === recordType);
  if (kind === undefined) return undefined;
  return {
    recordType,
    name: kind.key.name.replace(/Key$/, ""),
    key: decodeCoordinatorKey(kind.key, key),
    ...(value === null ? { version: undefined, value } : decodeVersioned(kind.value, value)),
  };
}

/** Writes the key of a record of a coordinator's log: the record's type as an int16, then the key. */
export function encodeCoordinatorKey<S extends Fields>(message: Message<S>, value: StructIn<S>): Buffer {
  const writer = new Writer(64);
  writer.int16(recordTypeOf(message));
  encodeInto(writer, message, message.versions.min, value);
  return writer.toBuffer();
}

/** The type of a coordinator's record, by its key. */
export function coordinatorRecordType(bytes: Uint8Array): number {
  const key = asBuffer(bytes, "key");
  if (key.length < 2) throw new DecodeError(`a coordinator's key of ${key.length} bytes: at least 2 wanted`);
  return key.readInt16BE(0);
}

/** Reads the key of a coordinator's record whose type is `message`'s. */
export function decodeCoordinatorKey<S extends Fields>(message: Message<S>, key: Uint8Array): StructOut<S> {
  const wanted = recordTypeOf(message);
  const type = coordinatorRecordType(key);
  if (type !== wanted) throw new DecodeError(`${message.name}: record type ${wanted} wanted, not ${type}`);
  return decode(message, message.versions.min, key, 2);
}
