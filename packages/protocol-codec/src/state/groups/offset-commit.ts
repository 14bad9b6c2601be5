import { int32, int64, message, string, uuid, type Infer } from "../../schema/index.js";

export const OffsetCommitKey = message("OffsetCommitKey", { versions: "0", flexible: "none", recordType: 1 }, {
  group: string.in("0"),
  topic: string.in("0"),
  partition: int32.in("0"),
});
export type OffsetCommitKey = Infer<typeof OffsetCommitKey>;

export const OffsetCommitValue = message("OffsetCommitValue", { versions: "0-4", flexible: "4+", recordType: 1 }, {
  offset: int64,
  leaderEpoch: int32.in("3+").default(-1).ignorable,
  metadata: string,
  commitTimestamp: int64,
  expireTimestamp: int64.in("1").default(-1n).ignorable,
  topicId: uuid.in("4+").tag(0, "4+").ignorable,
});
export type OffsetCommitValue = Infer<typeof OffsetCommitValue>;
