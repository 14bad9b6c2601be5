import { api, array, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of TxnOffsetCommit. */
export const TxnOffsetCommitRequest = message("TxnOffsetCommitRequest", { versions: "0-6", flexible: "3+" }, () => ({
  /** The transactional id. */
  transactionalId: string,
  /** The group id. */
  groupId: string,
  /** The id of the producer, -1 for none. */
  producerId: int64,
  /** The epoch of the producer, -1 for none. */
  producerEpoch: int16,
  /** The generation of the group, or the member's epoch in the newer protocol; -1 from outside of a group. */
  generationIdOrMemberEpoch: int32.in("3+").default(-1),
  /** The id of the member. */
  memberId: string.in("3+"),
  /** The name of a static member, or null for a dynamic one. */
  groupInstanceId: nullable(string).in("3+").default(null),
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string.in("0-5").ignorable,
    /** The topic's id. */
    topicId: uuid.in("6+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** The offset of the next record to consume. */
      committedOffset: int64,
      /** The leader epoch of the last record consumed, -1 when it is not known. */
      committedLeaderEpoch: int32.in("2+").default(-1).ignorable,
      /** Free text kept with the offset. */
      committedMetadata: nullable(string),
    }),
  }),
}));
export type TxnOffsetCommitRequest = Infer<typeof TxnOffsetCommitRequest>;

/** The response of TxnOffsetCommit. */
export const TxnOffsetCommitResponse = message("TxnOffsetCommitResponse", { versions: "0-6", flexible: "3+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string.in("0-5").ignorable,
    /** The topic's id. */
    topicId: uuid.in("6+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
    }),
  }),
}));
export type TxnOffsetCommitResponse = Infer<typeof TxnOffsetCommitResponse>;

/** Stores a group's offsets as a part of a transaction. */
export const TxnOffsetCommit = api(28, "TxnOffsetCommit", {
  request: TxnOffsetCommitRequest,
  response: TxnOffsetCommitResponse,
  throttleFrom: 1,
});
