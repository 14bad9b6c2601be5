import { int32, int64, message, string, uuid, type Infer } from "../../schema/index.js";

/** A committed offset: the key. */
export const OffsetCommitKey = message("OffsetCommitKey", { versions: "0", flexible: "none", recordType: 1 }, () => ({
  /** The group id. */
  group: string.in("0"),
  /** The topic's name. */
  topic: string.in("0"),
  /** The partition's number. */
  partition: int32.in("0"),
}));
export type OffsetCommitKey = Infer<typeof OffsetCommitKey>;

/** A committed offset: the value. */
export const OffsetCommitValue = message(
  "OffsetCommitValue",
  { versions: "0-4", flexible: "4+", recordType: 1 },
  () => ({
    /** The offset of the next record to consume. */
    offset: int64,
    /** The epoch of the partition's leader, -1 when it is not known. */
    leaderEpoch: int32.in("3+").default(-1).ignorable,
    /** Free text kept with the offset. */
    metadata: string,
    /** When the offset was committed, in milliseconds since 1970. */
    commitTimestamp: int64,
    /** When the offset expires, in milliseconds since 1970; -1 to keep it as long as the group's others. */
    expireTimestamp: int64.in("1").default(-1n).ignorable,
    /** The topic's id. */
    topicId: uuid.in("4+").tag(0, "4+").ignorable,
  }),
);
export type OffsetCommitValue = Infer<typeof OffsetCommitValue>;
