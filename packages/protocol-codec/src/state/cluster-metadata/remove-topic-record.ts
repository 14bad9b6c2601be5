import { message, uuid, type Infer } from "../../schema/index.js";

/** Removes a topic with its partitions. */
export const RemoveTopicRecord = message("RemoveTopicRecord", { versions: "0", flexible: "0+", recordType: 9 }, () => ({
  /** The topic's id. */
  topicId: uuid,
}));
export type RemoveTopicRecord = Infer<typeof RemoveTopicRecord>;
