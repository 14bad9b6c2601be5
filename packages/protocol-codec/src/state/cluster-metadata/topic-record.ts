import { message, string, uuid, type Infer } from "../../schema/index.js";

export const TopicRecord = message("TopicRecord", { versions: "0", flexible: "0+", recordType: 2 }, {
  name: string,
  topicId: uuid,
});
export type TopicRecord = Infer<typeof TopicRecord>;
