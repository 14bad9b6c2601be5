import { asBuffer } from "../arguments.js";
import { DecodeError } from "../errors.js";
import { encodeInto, requireVersion } from "../schema/codec.js";
import { decode } from "../schema/index.js";
import { ReadFailure, Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { recordTypeOf } from "./record-type.js";
import type { Fields, Message, StructIn, StructOut } from "../schema/index.js";
import { AbortTransactionRecord } from "./cluster-metadata/abort-transaction-record.js";
import { AccessControlEntryRecord } from "./cluster-metadata/access-control-entry-record.js";
import { BeginTransactionRecord } from "./cluster-metadata/begin-transaction-record.js";
import { BrokerRegistrationChangeRecord } from "./cluster-metadata/broker-registration-change-record.js";
import { ClearElrRecord } from "./cluster-metadata/clear-elr-record.js";
import { ClientQuotaRecord } from "./cluster-metadata/client-quota-record.js";
import { ConfigRecord } from "./cluster-metadata/config-record.js";
import { DelegationTokenRecord } from "./cluster-metadata/delegation-token-record.js";
import { EndTransactionRecord } from "./cluster-metadata/end-transaction-record.js";
import { FeatureLevelRecord } from "./cluster-metadata/feature-level-record.js";
import { FenceBrokerRecord } from "./cluster-metadata/fence-broker-record.js";
import { NoOpRecord } from "./cluster-metadata/no-op-record.js";
import { PartitionChangeRecord } from "./cluster-metadata/partition-change-record.js";
import { PartitionRecord } from "./cluster-metadata/partition-record.js";
import { ProducerIdsRecord } from "./cluster-metadata/producer-ids-record.js";
import { RegisterBrokerRecord } from "./cluster-metadata/register-broker-record.js";
import { RegisterControllerRecord } from "./cluster-metadata/register-controller-record.js";
import { RemoveAccessControlEntryRecord } from "./cluster-metadata/remove-access-control-entry-record.js";
import { RemoveDelegationTokenRecord } from "./cluster-metadata/remove-delegation-token-record.js";
import { RemoveTopicRecord } from "./cluster-metadata/remove-topic-record.js";
import { RemoveUserScramCredentialRecord } from "./cluster-metadata/remove-user-scram-credential-record.js";
import { TopicRecord } from "./cluster-metadata/topic-record.js";
import { UnfenceBrokerRecord } from "./cluster-metadata/unfence-broker-record.js";
import { UnregisterBrokerRecord } from "./cluster-metadata/unregister-broker-record.js";
import { UserScramCredentialRecord } from "./cluster-metadata/user-scram-credential-record.js";
import { ZkMigrationStateRecord } from "./cluster-metadata/zk-migration-state-record.js";

/*
 * The value of a record of `__cluster_metadata`, whose key is null:   frame version │ record type │ version │ fields
 *                                                                     uvarint, 1    │ uvarint     │ uvarint │
 */

/** The layout of such a value; there is only this one so far. */
const metadataFrameVersion = 1;

/** The kinds of records in `__cluster_metadata`, ascending by record type. */
export const metadataRecords: readonly Message[] = [
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  TopicRecord,
  PartitionRecord,
  ConfigRecord,
  PartitionChangeRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  RemoveTopicRecord,
  DelegationTokenRecord,
  UserScramCredentialRecord,
  FeatureLevelRecord,
  ClientQuotaRecord,
  ProducerIdsRecord,
  BrokerRegistrationChangeRecord,
  AccessControlEntryRecord,
  RemoveAccessControlEntryRecord,
  NoOpRecord,
  ZkMigrationStateRecord,
  RemoveUserScramCredentialRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  AbortTransactionRecord,
  RemoveDelegationTokenRecord,
  RegisterControllerRecord,
  ClearElrRecord,
];

/** A record of `__cluster_metadata` as it was read. */
export interface DecodedMetadataRecord {
  readonly recordType: number;
  /** Kafka's name of the kind, for example `TopicRecord`. */
  readonly name: string;
  readonly version: number;
  readonly value: StructOut<Fields>;
}

/**
 * Reads the value of any record of `__cluster_metadata`; undefined for a kind that this version does not know.
 * Throws a DecodeError that names the field when the record is of a known kind and cannot be read.
 */
export function decodeMetadataRecord(bytes: Uint8Array): DecodedMetadataRecord | undefined {
  const { recordType, version, bodyOffset } = readMetadataRecordHead(bytes);
  const message = metadataRecords.find((each) => each.recordType === recordType);
  if (message === undefined) return undefined;
  return { recordType, name: message.name, version, value: decode(message, version, bytes, bodyOffset) };
}

/** Writes the value of a record of `__cluster_metadata`: frame version, record type and version as varints, then the body. */
export function encodeMetadataRecord<S extends Fields>(
  message: Message<S>,
  version: number,
  value: StructIn<S>,
): Buffer {
  const recordType = recordTypeOf(message);
  requireVersion(message, version);
  const writer = new Writer(128);
  writer.uvarint(metadataFrameVersion);
  writer.uvarint(recordType);
  writer.uvarint(version);
  encodeInto(writer, message, version, value);
  return writer.toBuffer();
}

/** What stands before the body of a record of `__cluster_metadata`. */
export interface MetadataRecordHead {
  readonly recordType: number;
  readonly version: number;
  readonly bodyOffset: number;
}

/** Reads what stands before the body, to choose the message for {@link decode}. */
export function readMetadataRecordHead(bytes: Uint8Array): MetadataRecordHead {
  const reader = new Reader(asBuffer(bytes, "bytes"));
  try {
    const frameVersion = reader.uvarint();
    if (frameVersion !== metadataFrameVersion)
      throw new ReadFailure(`frame version ${frameVersion}: only ${metadataFrameVersion} is known`);
    const recordType = reader.uvarint();
    const version = reader.uvarint();
    return { recordType, version, bodyOffset: reader.offset };
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
    throw new DecodeError(`a record of the cluster's metadata: ${error.message}`, {
      position: reader.offset,
      cause: error,
    });
  }
}
