import { api, array, bool, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of OffsetFetch. */
export const OffsetFetchRequest = message("OffsetFetchRequest", { versions: "1-10", flexible: "6+" }, () => ({
  /** The group id. */
  groupId: string.in("0-7"),
  /** The topics whose offsets to fetch, or null for all. */
  topics: nullable(
    array({
      /** The topic's name. */
      name: string.in("0-7"),
      /** The partitions' numbers. */
      partitionIndexes: array(int32).in("0-7"),
    }),
    "2-7",
  ).in("0-7"),
  /** The groups. */
  groups: array({
    /** The group id. */
    groupId: string.in("8+"),
    /** The id of the member. */
    memberId: nullable(string).in("9+").default(null).ignorable,
    /** The epoch of the member, -1 from outside of the group. */
    memberEpoch: int32.in("9+").default(-1).ignorable,
    /** The topics whose offsets to fetch, or null for all. */
    topics: nullable(
      array({
        /** The topic's name. */
        name: string.in("8-9").ignorable,
        /** The topic's id. */
        topicId: uuid.in("10+").ignorable,
        /** The partitions' numbers. */
        partitionIndexes: array(int32).in("8+"),
      }),
    ).in("8+"),
  }).in("8+"),
  /** Whether to fail rather than answer with an offset over which a transaction still has to decide. */
  requireStable: bool.in("7+"),
}));
export type OffsetFetchRequest = Infer<typeof OffsetFetchRequest>;
/** One group of a request of OffsetFetch. */
export type OffsetFetchRequestGroup = OffsetFetchRequest["groups"][number];

/** The response of OffsetFetch. */
export const OffsetFetchResponse = message("OffsetFetchResponse", { versions: "1-10", flexible: "6+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("3+").ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string.in("0-7"),
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32.in("0-7"),
      /** The offset of the next record to consume, -1 when none is committed. */
      committedOffset: int64.in("0-7"),
      /** The leader epoch of the last record consumed, -1 when it is not known. */
      committedLeaderEpoch: int32.in("5-7").default(-1).ignorable,
      /** Free text kept with the offset. */
      metadata: nullable(string).in("0-7"),
      /** Kafka's error code; 0 for none. */
      errorCode: int16.in("0-7"),
    }).in("0-7"),
  }).in("0-7"),
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("2-7").ignorable,
  /** The groups. */
  groups: array({
    /** The group id. */
    groupId: string.in("8+"),
    /** The offsets, by topic. */
    topics: array({
      /** The topic's name. */
      name: string.in("8-9").ignorable,
      /** The topic's id. */
      topicId: uuid.in("10+").ignorable,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32.in("8+"),
        /** The offset of the next record to consume, -1 when none is committed. */
        committedOffset: int64.in("8+"),
        /** The leader epoch of the last record consumed, -1 when it is not known. */
        committedLeaderEpoch: int32.in("8+").default(-1).ignorable,
        /** Free text kept with the offset. */
        metadata: nullable(string).in("8+"),
        /** Kafka's error code; 0 for none. */
        errorCode: int16.in("8+"),
      }).in("8+"),
    }).in("8+"),
    /** Kafka's error code; 0 for none. */
    errorCode: int16.in("8+"),
  }).in("8+"),
}));
export type OffsetFetchResponse = Infer<typeof OffsetFetchResponse>;
/** One group of a response of OffsetFetch. */
export type OffsetFetchResponseGroup = OffsetFetchResponse["groups"][number];

/** Reads how far groups have consumed, at their coordinator. */
export const OffsetFetch = api(9, "OffsetFetch", {
  request: OffsetFetchRequest,
  response: OffsetFetchResponse,
  throttleFrom: 4,
});
