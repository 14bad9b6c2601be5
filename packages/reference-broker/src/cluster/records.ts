import { decode } from "@moldau/protocol-codec";
import {
  BrokerRegistrationChangeRecord,
  ConfigRecord,
  encodeMetadataRecord,
  FeatureLevelRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  readMetadataRecordHead,
  RegisterBrokerRecord,
  RemoveTopicRecord,
  TopicRecord,
} from "@moldau/protocol-codec/state";
import type { Fields, Message, StructIn, StructOut } from "@moldau/protocol-codec";

/**
 * The records of `__cluster_metadata` that mean something to this broker, in Apache Kafka's own schemas and framing; the key of such a
 * record is null. `clusterRecords.topic.write({…})` gives the value of a new record, {@link decodeClusterRecord} reads any.
 */
export const clusterRecords = {
  registerBroker: kind("RegisterBrokerRecord", RegisterBrokerRecord, { number: 0, version: 3 }),
  topic: kind("TopicRecord", TopicRecord, { number: 2, version: 0 }),
  partition: kind("PartitionRecord", PartitionRecord, { number: 3, version: 1 }),
  config: kind("ConfigRecord", ConfigRecord, { number: 4, version: 0 }),
  partitionChange: kind("PartitionChangeRecord", PartitionChangeRecord, { number: 5, version: 1 }),
  removeTopic: kind("RemoveTopicRecord", RemoveTopicRecord, { number: 9, version: 0 }),
  featureLevel: kind("FeatureLevelRecord", FeatureLevelRecord, { number: 12, version: 0 }),
  producerIds: kind("ProducerIdsRecord", ProducerIdsRecord, { number: 15, version: 0 }),
  brokerRegistrationChange: kind("BrokerRegistrationChangeRecord", BrokerRegistrationChangeRecord, {
    number: 17,
    version: 2,
  }),
};

type Kinds = typeof clusterRecords;

/** A record of `__cluster_metadata` as it was read: `type` says which, `value` is its body. */
export type ClusterRecord = { [K in keyof Kinds]: ReturnType<Kinds[K]["read"]> }[keyof Kinds];

const readers: ReadonlyMap<number, (version: number, body: Buffer) => ClusterRecord> = new Map(
  Object.values(clusterRecords).map(({ number, read }) => [number, read]),
);

/**
 * Reads a record's value. Record types that mean nothing to this broker give undefined, so that it can start on a log that Apache Kafka
 * wrote. Throws DecodeError on anything that is no such record.
 */
export function decodeClusterRecord(value: Buffer): ClusterRecord | undefined {
  const { recordType, version, bodyOffset } = readMetadataRecordHead(value);
  return readers.get(recordType)?.(version, value.subarray(bodyOffset));
}

/** `version` is the newest that metadata.version 4.0 writes; older and newer ones are read. */
function kind<K extends string, S extends Fields>(
  type: K,
  schema: Message<S>,
  { number, version }: { number: number; version: number },
) {
  return {
    number,
    read: (found: number, body: Buffer): { readonly type: K; readonly value: StructOut<S> } => ({
      type,
      value: decode(schema, found, body),
    }),
    write: (value: StructIn<S>): Buffer => encodeMetadataRecord(schema, version, value),
  };
}
