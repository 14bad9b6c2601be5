import { api, array, bool, int16, int32, int64, message, nullable, string, uuid, type Infer } from "../schema/index.js";

export const OffsetFetchRequest = message("OffsetFetchRequest", { versions: "1-10", flexible: "6+" }, {
  groupId: string.in("0-7"),
  topics: nullable(array({
    name: string.in("0-7"),
    partitionIndexes: array(int32).in("0-7"),
  }), "2-7").in("0-7"),
  groups: array({
    groupId: string.in("8+"),
    memberId: nullable(string).in("9+").default(null).ignorable,
    memberEpoch: int32.in("9+").default(-1).ignorable,
    topics: nullable(array({
      name: string.in("8-9").ignorable,
      topicId: uuid.in("10+").ignorable,
      partitionIndexes: array(int32).in("8+"),
    })).in("8+"),
  }).in("8+"),
  requireStable: bool.in("7+"),
});
export type OffsetFetchRequest = Infer<typeof OffsetFetchRequest>;

export const OffsetFetchResponse = message("OffsetFetchResponse", { versions: "1-10", flexible: "6+" }, {
  throttleTimeMs: int32.in("3+").ignorable,
  topics: array({
    name: string.in("0-7"),
    partitions: array({
      partitionIndex: int32.in("0-7"),
      committedOffset: int64.in("0-7"),
      committedLeaderEpoch: int32.in("5-7").default(-1).ignorable,
      metadata: nullable(string).in("0-7"),
      errorCode: int16.in("0-7"),
    }).in("0-7"),
  }).in("0-7"),
  errorCode: int16.in("2-7").ignorable,
  groups: array({
    groupId: string.in("8+"),
    topics: array({
      name: string.in("8-9").ignorable,
      topicId: uuid.in("10+").ignorable,
      partitions: array({
        partitionIndex: int32.in("8+"),
        committedOffset: int64.in("8+"),
        committedLeaderEpoch: int32.in("8+").default(-1).ignorable,
        metadata: nullable(string).in("8+"),
        errorCode: int16.in("8+"),
      }).in("8+"),
    }).in("8+"),
    errorCode: int16.in("8+"),
  }).in("8+"),
});
export type OffsetFetchResponse = Infer<typeof OffsetFetchResponse>;

/** API 9. */
export const OffsetFetch = api(9, "OffsetFetch", { request: OffsetFetchRequest, response: OffsetFetchResponse, throttleFrom: 4 });
