import { int32, int64, message, string, type Infer } from "../../schema/index.js";

/** A committed offset in the oldest layout: the key. */
export const LegacyOffsetCommitKey = message(
  "LegacyOffsetCommitKey",
  { versions: "0", flexible: "none", recordType: 0 },
  () => ({
    /** The group id. */
    group: string.in("0"),
    /** The topic's name. */
    topic: string.in("0"),
    /** The partition's number. */
    partition: int32.in("0"),
  }),
);
export type LegacyOffsetCommitKey = Infer<typeof LegacyOffsetCommitKey>;

/** A committed offset in the oldest layout: the value. */
export const LegacyOffsetCommitValue = message(
  "LegacyOffsetCommitValue",
  { versions: "0", flexible: "none", recordType: 0 },
  () => ({
    /** The offset of the next record to consume. */
    offset: int64.in("0"),
    /** Free text kept with the offset. */
    metadata: string.in("0"),
    /** When the offset was committed, in milliseconds since 1970. */
    commitTimestamp: int64.in("0"),
  }),
);
export type LegacyOffsetCommitValue = Infer<typeof LegacyOffsetCommitValue>;
