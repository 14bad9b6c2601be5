import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

export const ConsumerGroupPartitionMetadataKey = message("ConsumerGroupPartitionMetadataKey", { versions: "0", flexible: "none", recordType: 4 }, {
  groupId: string.in("0"),
});
export type ConsumerGroupPartitionMetadataKey = Infer<typeof ConsumerGroupPartitionMetadataKey>;

export const ConsumerGroupPartitionMetadataValue = message("ConsumerGroupPartitionMetadataValue", { versions: "0", flexible: "0+", recordType: 4 }, {
  topics: array({
    topicId: uuid,
    topicName: string,
    numPartitions: int32,
    partitionMetadata: array({
      partition: int32,
      racks: array(string),
    }),
  }),
});
export type ConsumerGroupPartitionMetadataValue = Infer<typeof ConsumerGroupPartitionMetadataValue>;
