import { message, uuid, type Infer } from "../../schema/index.js";

export const RemoveAccessControlEntryRecord = message("RemoveAccessControlEntryRecord", { versions: "0", flexible: "0+", recordType: 19 }, {
  id: uuid,
});
export type RemoveAccessControlEntryRecord = Infer<typeof RemoveAccessControlEntryRecord>;
