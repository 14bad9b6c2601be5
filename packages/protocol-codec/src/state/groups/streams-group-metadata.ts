import { array, int32, int64, message, nullable, string, type Infer } from "../../schema/index.js";

/** The epoch of a streams group (KIP-1071): the key. */
export const StreamsGroupMetadataKey = message(
  "StreamsGroupMetadataKey",
  { versions: "0", flexible: "none", recordType: 17 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
  }),
);
export type StreamsGroupMetadataKey = Infer<typeof StreamsGroupMetadataKey>;

const lastAssignmentConfig = {
  /** The key. */
  key: string,
  /** The value. */
  value: string,
};

/** The epoch of a streams group (KIP-1071): the value. */
export const StreamsGroupMetadataValue = message(
  "StreamsGroupMetadataValue",
  { versions: "0", flexible: "0+", recordType: 17 },
  () => ({
    /** The group's epoch. */
    epoch: int32,
    /** A hash over the topics that the group reads from. */
    metadataHash: int64,
    /** The epoch of the topology that was last found valid, -1 for none. */
    validatedTopologyEpoch: int32.default(-1).tag(0, "0+"),
    /** The configuration under which the last assignment was computed. */
    lastAssignmentConfigs: nullable(array(lastAssignmentConfig)).tag(1, "0+"),
  }),
);
export type StreamsGroupMetadataValue = Infer<typeof StreamsGroupMetadataValue>;
