import { array, int16, int32, int64, int8, message, string, uuid, type Infer } from "../../schema/index.js";

/** The whole state of a share group's partition (KIP-932): the key. */
export const ShareSnapshotKey = message("ShareSnapshotKey", { versions: "0", flexible: "none", recordType: 0 }, () => ({
  /** The group id. */
  groupId: string.in("0"),
  /** The topic's id. */
  topicId: uuid.in("0"),
  /** The partition's number. */
  partition: int32.in("0"),
}));
export type ShareSnapshotKey = Infer<typeof ShareSnapshotKey>;

/** The whole state of a share group's partition (KIP-932): the value. */
export const ShareSnapshotValue = message(
  "ShareSnapshotValue",
  { versions: "0", flexible: "0+", recordType: 0 },
  () => ({
    /** The number of the snapshot. */
    snapshotEpoch: int32,
    /** The epoch of the partition's share state, -1 when it is not known. */
    stateEpoch: int32,
    /** The epoch of the partition's leader, -1 when it is not known. */
    leaderEpoch: int32,
    /** The first offset that is not settled yet, -1 when there is none. */
    startOffset: int64,
    /** The number of records behind the start offset whose delivery is over, -1 when it is not known. */
    deliveryCompleteCount: int32.default(-1).tag(0, "0+"),
    /** When the snapshot was first made, in milliseconds since 1970. */
    createTimestamp: int64,
    /** When the snapshot was written, in milliseconds since 1970. */
    writeTimestamp: int64,
    /** Ranges of offsets with what became of their records. */
    stateBatches: array({
      /** The first offset of the range. */
      firstOffset: int64,
      /** The last offset of the range. */
      lastOffset: int64,
      /** What became of the records: 0 available, 2 acknowledged, 4 archived. */
      deliveryState: int8,
      /** How often the records were delivered. */
      deliveryCount: int16,
    }),
  }),
);
export type ShareSnapshotValue = Infer<typeof ShareSnapshotValue>;
