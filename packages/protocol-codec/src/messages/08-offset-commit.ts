import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of OffsetCommit. */
export const OffsetCommitRequest = message("OffsetCommitRequest", { versions: "2-10", flexible: "8+" }, () => ({
  /** The group id. */
  groupId: string,
  /** The generation of the group, or the member's epoch in the newer protocol; -1 from outside of a group. */
  generationIdOrMemberEpoch: int32.in("1+").default(-1).ignorable,
  /** The id of the member, empty from outside of the group. */
  memberId: string.in("1+").ignorable,
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("7+").default(null),
  /** For how long to keep the offsets; -1 for the broker's default. */
  retentionTimeMs: int64.in("2-4").default(-1n).ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string.in("0-9").ignorable,
    /** The topic's id. */
    topicId: uuid.in("10+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** The offset of the next record to consume. */
      committedOffset: int64,
      /** The leader epoch of the last record consumed, -1 when it is not known. */
      committedLeaderEpoch: int32.in("6+").default(-1).ignorable,
      /** Free text kept with the offset. */
      committedMetadata: nullable(string),
    }),
  }),
}));
export type OffsetCommitRequest = Infer<typeof OffsetCommitRequest>;
/** One topic of a request of OffsetCommit. */
export type OffsetCommitRequestTopic = OffsetCommitRequest["topics"][number];

/** The response of OffsetCommit. */
export const OffsetCommitResponse = message("OffsetCommitResponse", { versions: "2-10", flexible: "8+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("3+").ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string.in("0-9").ignorable,
    /** The topic's id. */
    topicId: uuid.in("10+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
    }),
  }),
}));
export type OffsetCommitResponse = Infer<typeof OffsetCommitResponse>;

/** Stores how far a group has consumed, at the group's coordinator. */
export const OffsetCommit = api(8, "OffsetCommit", {
  request: OffsetCommitRequest,
  response: OffsetCommitResponse,
  throttleFrom: 4,
});
