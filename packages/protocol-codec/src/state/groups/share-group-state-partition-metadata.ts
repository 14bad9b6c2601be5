import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

export const ShareGroupStatePartitionMetadataKey = message("ShareGroupStatePartitionMetadataKey", { versions: "0", flexible: "none", recordType: 15 }, {
  groupId: string.in("0"),
});
export type ShareGroupStatePartitionMetadataKey = Infer<typeof ShareGroupStatePartitionMetadataKey>;

const topicInfoFields = {
  topicId: uuid,
  topicName: string,
};

const topicPartitionsInfoFields = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
};

export const ShareGroupStatePartitionMetadataValue = message("ShareGroupStatePartitionMetadataValue", { versions: "0", flexible: "0+", recordType: 15 }, {
  initializingTopics: array(topicPartitionsInfoFields),
  initializedTopics: array(topicPartitionsInfoFields),
  deletingTopics: array(topicInfoFields),
});
export type ShareGroupStatePartitionMetadataValue = Infer<typeof ShareGroupStatePartitionMetadataValue>;
