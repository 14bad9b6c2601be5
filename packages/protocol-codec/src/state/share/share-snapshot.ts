import { array, int16, int32, int64, int8, message, string, uuid, type Infer } from "../../schema/index.js";

export const ShareSnapshotKey = message("ShareSnapshotKey", { versions: "0", flexible: "none", recordType: 0 }, {
  groupId: string.in("0"),
  topicId: uuid.in("0"),
  partition: int32.in("0"),
});
export type ShareSnapshotKey = Infer<typeof ShareSnapshotKey>;

export const ShareSnapshotValue = message("ShareSnapshotValue", { versions: "0", flexible: "0+", recordType: 0 }, {
  snapshotEpoch: int32,
  stateEpoch: int32,
  leaderEpoch: int32,
  startOffset: int64,
  deliveryCompleteCount: int32.default(-1).tag(0, "0+"),
  createTimestamp: int64,
  writeTimestamp: int64,
  stateBatches: array({
    firstOffset: int64,
    lastOffset: int64,
    deliveryState: int8,
    deliveryCount: int16,
  }),
});
export type ShareSnapshotValue = Infer<typeof ShareSnapshotValue>;
