import { array, int16, int32, int64, int8, message, string, uuid, type Infer } from "../../schema/index.js";

export const ShareUpdateKey = message("ShareUpdateKey", { versions: "0", flexible: "none", recordType: 1 }, {
  groupId: string.in("0"),
  topicId: uuid.in("0"),
  partition: int32.in("0"),
});
export type ShareUpdateKey = Infer<typeof ShareUpdateKey>;

export const ShareUpdateValue = message("ShareUpdateValue", { versions: "0", flexible: "0+", recordType: 1 }, {
  snapshotEpoch: int32,
  leaderEpoch: int32,
  startOffset: int64,
  deliveryCompleteCount: int32.default(-1).tag(0, "0+"),
  stateBatches: array({
    firstOffset: int64,
    lastOffset: int64,
    deliveryState: int8,
    deliveryCount: int16,
  }),
});
export type ShareUpdateValue = Infer<typeof ShareUpdateValue>;
