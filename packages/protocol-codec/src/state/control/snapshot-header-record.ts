import { int16, int64, message, type Infer } from "../../schema/index.js";

export const SnapshotHeaderRecord = message("SnapshotHeaderRecord", { versions: "0", flexible: "0+" }, {
  version: int16,
  lastContainedLogTimestamp: int64,
});
export type SnapshotHeaderRecord = Infer<typeof SnapshotHeaderRecord>;
