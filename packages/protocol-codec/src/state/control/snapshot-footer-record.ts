import { int16, message, type Infer } from "../../schema/index.js";

export const SnapshotFooterRecord = message("SnapshotFooterRecord", { versions: "0", flexible: "0+" }, {
  version: int16,
});
export type SnapshotFooterRecord = Infer<typeof SnapshotFooterRecord>;
