import { int16, message, type Infer } from "../../schema/index.js";

/** The key of a control record. */
export const ControlRecordTypeSchema = message("ControlRecordTypeSchema", { versions: "0", flexible: "none" }, () => ({
  /**
   * What the control record says: 0 abort, 1 commit, 2 leader change, 3 and 4 snapshot header and footer, 5 KRaft
   * version, 6 voters.
   */
  type: int16,
}));
export type ControlRecordTypeSchema = Infer<typeof ControlRecordTypeSchema>;
