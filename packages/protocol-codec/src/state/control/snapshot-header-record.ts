import { int16, int64, message, type Infer } from "../../schema/index.js";

/** The control record at the beginning of a snapshot. */
export const SnapshotHeaderRecord = message("SnapshotHeaderRecord", { versions: "0", flexible: "0+" }, () => ({
  /** The version of this schema, kept in the record itself. */
  version: int16,
  /** The time of the last batch in the snapshot, in milliseconds since 1970. */
  lastContainedLogTimestamp: int64,
}));
export type SnapshotHeaderRecord = Infer<typeof SnapshotHeaderRecord>;
