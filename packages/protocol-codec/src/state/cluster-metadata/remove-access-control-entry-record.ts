import { message, uuid, type Infer } from "../../schema/index.js";

/** Removes an access rule. */
export const RemoveAccessControlEntryRecord = message(
  "RemoveAccessControlEntryRecord",
  { versions: "0", flexible: "0+", recordType: 19 },
  () => ({
    /** The id of the rule. */
    id: uuid,
  }),
);
export type RemoveAccessControlEntryRecord = Infer<typeof RemoveAccessControlEntryRecord>;
