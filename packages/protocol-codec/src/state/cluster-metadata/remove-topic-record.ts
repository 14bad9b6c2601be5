import { message, uuid, type Infer } from "../../schema/index.js";

export const RemoveTopicRecord = message("RemoveTopicRecord", { versions: "0", flexible: "0+", recordType: 9 }, {
  topicId: uuid,
});
export type RemoveTopicRecord = Infer<typeof RemoveTopicRecord>;
