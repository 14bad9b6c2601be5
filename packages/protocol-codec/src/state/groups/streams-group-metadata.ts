import { array, int32, int64, message, nullable, string, type Infer } from "../../schema/index.js";

export const StreamsGroupMetadataKey = message("StreamsGroupMetadataKey", { versions: "0", flexible: "none", recordType: 17 }, {
  groupId: string.in("0"),
});
export type StreamsGroupMetadataKey = Infer<typeof StreamsGroupMetadataKey>;

const lastAssignmentConfigFields = {
  key: string,
  value: string,
};

export const StreamsGroupMetadataValue = message("StreamsGroupMetadataValue", { versions: "0", flexible: "0+", recordType: 17 }, {
  epoch: int32,
  metadataHash: int64,
  validatedTopologyEpoch: int32.default(-1).tag(0, "0+"),
  lastAssignmentConfigs: nullable(array(lastAssignmentConfigFields)).default(null).tag(1, "0+"),
});
export type StreamsGroupMetadataValue = Infer<typeof StreamsGroupMetadataValue>;
