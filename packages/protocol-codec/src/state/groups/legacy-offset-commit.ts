import { int32, int64, message, string, type Infer } from "../../schema/index.js";

export const LegacyOffsetCommitKey = message("LegacyOffsetCommitKey", { versions: "0", flexible: "none", recordType: 0 }, {
  group: string.in("0"),
  topic: string.in("0"),
  partition: int32.in("0"),
});
export type LegacyOffsetCommitKey = Infer<typeof LegacyOffsetCommitKey>;

export const LegacyOffsetCommitValue = message("LegacyOffsetCommitValue", { versions: "0", flexible: "none", recordType: 0 }, {
  offset: int64.in("0"),
  metadata: string.in("0"),
  commitTimestamp: int64.in("0"),
});
export type LegacyOffsetCommitValue = Infer<typeof LegacyOffsetCommitValue>;
