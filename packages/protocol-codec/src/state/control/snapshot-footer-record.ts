import { int16, message, type Infer } from "../../schema/index.js";

/** The control record at the end of a snapshot. */
export const SnapshotFooterRecord = message("SnapshotFooterRecord", { versions: "0", flexible: "0+" }, () => ({
  /** The version of this schema, kept in the record itself. */
  version: int16,
}));
export type SnapshotFooterRecord = Infer<typeof SnapshotFooterRecord>;
