import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

/** The partitions of the topics that a consumer group reads from; no longer written: the key. */
export const ConsumerGroupPartitionMetadataKey = message(
  "ConsumerGroupPartitionMetadataKey",
  { versions: "0", flexible: "none", recordType: 4 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ConsumerGroupPartitionMetadataKey = Infer<typeof ConsumerGroupPartitionMetadataKey>;

/** The partitions of the topics that a consumer group reads from; no longer written: the value. */
export const ConsumerGroupPartitionMetadataValue = message(
  "ConsumerGroupPartitionMetadataValue",
  { versions: "0", flexible: "0+", recordType: 4 },
  () => ({
    /** The topics. */
    topics: array({
      /** The topic's id. */
      topicId: uuid,
      /** The topic's name. */
      topicName: string,
      /** The number of partitions. */
      numPartitions: int32,
      /** The racks of each partition. */
      partitionMetadata: array({
        /** The partition's number. */
        partition: int32,
        /** The racks that hold a replica. */
        racks: array(string),
      }),
    }),
  }),
);
export type ConsumerGroupPartitionMetadataValue = Infer<typeof ConsumerGroupPartitionMetadataValue>;
