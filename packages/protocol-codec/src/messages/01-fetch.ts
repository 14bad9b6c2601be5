import { api, array, int16, int32, int64, int8, message, nullable, records, string, struct, uuid, type Infer } from "../schema/index.js";

export const FetchRequest = message("FetchRequest", { versions: "4-18", flexible: "12+" }, {
  clusterId: nullable(string).in("12+").default(null).tag(0, "12+").ignorable,
  replicaId: int32.in("0-14").default(-1),
  replicaState: struct({
    replicaId: int32.in("15+").default(-1),
    replicaEpoch: int64.in("15+").default(-1n),
  }).in("15+").tag(1, "15+"),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32.in("3+").default(2147483647).ignorable,
  isolationLevel: int8.in("4+").ignorable,
  sessionId: int32.in("7+").ignorable,
  sessionEpoch: int32.in("7+").default(-1).ignorable,
  topics: array({
    topic: string.in("0-12").ignorable,
    topicId: uuid.in("13+").ignorable,
    partitions: array({
      partition: int32,
      currentLeaderEpoch: int32.in("9+").default(-1).ignorable,
      fetchOffset: int64,
      lastFetchedEpoch: int32.in("12+").default(-1),
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      partitionMaxBytes: int32,
      replicaDirectoryId: uuid.in("17+").tag(0, "17+").ignorable,
      highWatermark: int64.in("18+").default(9223372036854775807n).tag(1, "18+").ignorable,
    }),
  }),
  forgottenTopicsData: array({
    topic: string.in("7-12").ignorable,
    topicId: uuid.in("13+").ignorable,
    partitions: array(int32).in("7+"),
  }).in("7+"),
  rackId: string.in("11+").ignorable,
});
export type FetchRequest = Infer<typeof FetchRequest>;

export const FetchResponse = message("FetchResponse", { versions: "4-18", flexible: "12+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16.in("7+").ignorable,
  sessionId: int32.in("7+"),
  responses: array({
    topic: string.in("0-12").ignorable,
    topicId: uuid.in("13+").ignorable,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      highWatermark: int64,
      lastStableOffset: int64.in("4+").default(-1n).ignorable,
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      divergingEpoch: struct({
        epoch: int32.in("12+").default(-1),
        endOffset: int64.in("12+").default(-1n),
      }).in("12+").tag(0, "12+"),
      currentLeader: struct({
        leaderId: int32.in("12+").default(-1),
        leaderEpoch: int32.in("12+").default(-1),
      }).in("12+").tag(1, "12+"),
      snapshotId: struct({
        endOffset: int64.default(-1n),
        epoch: int32.default(-1),
      }).in("12+").tag(2, "12+"),
      abortedTransactions: nullable(array({
        producerId: int64.in("4+"),
        firstOffset: int64.in("4+"),
      })).in("4+").ignorable,
      preferredReadReplica: int32.in("11+").default(-1),
      records: nullable(records),
    }),
  }),
  nodeEndpoints: array({
    nodeId: int32.in("16+"),
    host: string.in("16+"),
    port: int32.in("16+"),
    rack: nullable(string).in("16+").default(null),
  }).in("16+").tag(0, "16+"),
});
export type FetchResponse = Infer<typeof FetchResponse>;

/** API 1. */
export const Fetch = api(1, "Fetch", { request: FetchRequest, response: FetchResponse, throttleFrom: 8 });
