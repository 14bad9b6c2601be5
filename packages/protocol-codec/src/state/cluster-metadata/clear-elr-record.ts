import { message, string, type Infer } from "../../schema/index.js";

/** Clears the eligible leaders of a topic, or of all. */
export const ClearElrRecord = message("ClearElrRecord", { versions: "0", flexible: "0+", recordType: 28 }, () => ({
  /** The topic's name. */
  topicName: string,
}));
export type ClearElrRecord = Infer<typeof ClearElrRecord>;
