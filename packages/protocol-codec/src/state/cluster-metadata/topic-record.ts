import { message, string, uuid, type Infer } from "../../schema/index.js";

/** A topic: its name and id. */
export const TopicRecord = message("TopicRecord", { versions: "0", flexible: "0+", recordType: 2 }, () => ({
  /** The topic's name. */
  name: string,
  /** The topic's id. */
  topicId: uuid,
}));
export type TopicRecord = Infer<typeof TopicRecord>;
