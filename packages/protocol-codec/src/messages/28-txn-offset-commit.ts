import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const TxnOffsetCommitRequest = message("TxnOffsetCommitRequest", { versions: "0-6", flexible: "3+" }, {
  transactionalId: string,
  groupId: string,
  producerId: int64,
  producerEpoch: int16,
  generationIdOrMemberEpoch: int32.in("3+").default(-1),
  memberId: string.in("3+"),
  groupInstanceId: nullable(string).in("3+").default(null),
  topics: array({
    name: string.in("0-5").ignorable,
    topicId: uuid.in("6+").ignorable,
    partitions: array({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: int32.in("2+").default(-1).ignorable,
      committedMetadata: nullable(string),
    }),
  }),
});
export type TxnOffsetCommitRequest = Infer<typeof TxnOffsetCommitRequest>;

export const TxnOffsetCommitResponse = message("TxnOffsetCommitResponse", { versions: "0-6", flexible: "3+" }, {
  throttleTimeMs: int32,
  topics: array({
    name: string.in("0-5").ignorable,
    topicId: uuid.in("6+").ignorable,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});
export type TxnOffsetCommitResponse = Infer<typeof TxnOffsetCommitResponse>;

/** API 28. */
export const TxnOffsetCommit = api(28, "TxnOffsetCommit", { request: TxnOffsetCommitRequest, response: TxnOffsetCommitResponse, throttleFrom: 1 });
