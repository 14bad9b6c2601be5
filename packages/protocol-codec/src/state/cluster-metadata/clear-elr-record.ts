import { message, string, type Infer } from "../../schema/index.js";

export const ClearElrRecord = message("ClearElrRecord", { versions: "0", flexible: "0+", recordType: 28 }, {
  topicName: string,
});
export type ClearElrRecord = Infer<typeof ClearElrRecord>;
