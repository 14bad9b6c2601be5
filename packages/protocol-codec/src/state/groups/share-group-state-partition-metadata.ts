import { array, int32, message, string, uuid, type Infer } from "../../schema/index.js";

/** The partitions whose state a share group has set up (KIP-932): the key. */
export const ShareGroupStatePartitionMetadataKey = message(
  "ShareGroupStatePartitionMetadataKey",
  { versions: "0", flexible: "none", recordType: 15 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type ShareGroupStatePartitionMetadataKey = Infer<typeof ShareGroupStatePartitionMetadataKey>;

const topicInfo = {
  /** The topic's id. */
  topicId: uuid,
  /** The topic's name. */
  topicName: string,
};

const topicPartitionsInfo = {
  /** The topic's id. */
  topicId: uuid,
  /** The topic's name. */
  topicName: string,
  /** The partitions. */
  partitions: array(int32),
};

/** The partitions whose state a share group has set up (KIP-932): the value. */
export const ShareGroupStatePartitionMetadataValue = message(
  "ShareGroupStatePartitionMetadataValue",
  { versions: "0", flexible: "0+", recordType: 15 },
  () => ({
    /** The topics whose state is being set up. */
    initializingTopics: array(topicPartitionsInfo),
    /** The topics whose state is set up. */
    initializedTopics: array(topicPartitionsInfo),
    /** The topics whose state is being deleted. */
    deletingTopics: array(topicInfo),
  }),
);
export type ShareGroupStatePartitionMetadataValue = Infer<typeof ShareGroupStatePartitionMetadataValue>;
