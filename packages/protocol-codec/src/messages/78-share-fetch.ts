import { api, array, bool, int16, int32, int64, int8, message, nullable, records, string, struct, uuid, type Infer } from "../schema/index.js";

export const ShareFetchRequest = message("ShareFetchRequest", { versions: "1-2", flexible: "0+" }, {
  groupId: nullable(string).default(null),
  memberId: nullable(string),
  shareSessionEpoch: int32,
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32.default(2147483647),
  maxRecords: int32.in("1+"),
  batchSize: int32.in("1+"),
  shareAcquireMode: int8.in("2+").ignorable,
  isRenewAck: bool.in("2+"),
  topics: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      partitionMaxBytes: int32.in("0"),
      acknowledgementBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
  forgottenTopicsData: array({
    topicId: uuid,
    partitions: array(int32),
  }),
});
export type ShareFetchRequest = Infer<typeof ShareFetchRequest>;

export const ShareFetchResponse = message("ShareFetchResponse", { versions: "1-2", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  acquisitionLockTimeoutMs: int32.in("1+"),
  responses: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
      acknowledgeErrorCode: int16,
      acknowledgeErrorMessage: nullable(string).default(null),
      currentLeader: struct({
        leaderId: int32,
        leaderEpoch: int32,
      }),
      records: nullable(records, "0"),
      acquiredRecords: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryCount: int16,
      }),
    }),
  }),
  nodeEndpoints: array({
    nodeId: int32,
    host: string,
    port: int32,
    rack: nullable(string).default(null),
  }),
});
export type ShareFetchResponse = Infer<typeof ShareFetchResponse>;

/** API 78. */
export const ShareFetch = api(78, "ShareFetch", { request: ShareFetchRequest, response: ShareFetchResponse, throttleFrom: 1 });
