import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const OffsetCommitRequest = message("OffsetCommitRequest", { versions: "2-10", flexible: "8+" }, {
  groupId: string,
  generationIdOrMemberEpoch: int32.in("1+").default(-1).ignorable,
  memberId: string.in("1+").ignorable,
  groupInstanceId: nullable(string).in("7+").default(null),
  retentionTimeMs: int64.in("2-4").default(-1n).ignorable,
  topics: array({
    name: string.in("0-9").ignorable,
    topicId: uuid.in("10+").ignorable,
    partitions: array({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: int32.in("6+").default(-1).ignorable,
      committedMetadata: nullable(string),
    }),
  }),
});
export type OffsetCommitRequest = Infer<typeof OffsetCommitRequest>;

export const OffsetCommitResponse = message("OffsetCommitResponse", { versions: "2-10", flexible: "8+" }, {
  throttleTimeMs: int32.in("3+").ignorable,
  topics: array({
    name: string.in("0-9").ignorable,
    topicId: uuid.in("10+").ignorable,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});
export type OffsetCommitResponse = Infer<typeof OffsetCommitResponse>;

/** API 8. */
export const OffsetCommit = api(8, "OffsetCommit", { request: OffsetCommitRequest, response: OffsetCommitResponse, throttleFrom: 4 });
