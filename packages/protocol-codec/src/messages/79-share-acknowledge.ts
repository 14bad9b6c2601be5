import { api, array, bool, int16, int32, int64, int8, message, nullable, string, struct, uuid, type Infer } from "../schema/index.js";

export const ShareAcknowledgeRequest = message("ShareAcknowledgeRequest", { versions: "1-2", flexible: "0+" }, {
  groupId: nullable(string).default(null),
  memberId: nullable(string),
  shareSessionEpoch: int32,
  isRenewAck: bool.in("2+"),
  topics: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      acknowledgementBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
});
export type ShareAcknowledgeRequest = Infer<typeof ShareAcknowledgeRequest>;

export const ShareAcknowledgeResponse = message("ShareAcknowledgeResponse", { versions: "1-2", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  acquisitionLockTimeoutMs: int32.in("2+").ignorable,
  responses: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string).default(null),
      currentLeader: struct({
        leaderId: int32,
        leaderEpoch: int32,
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
export type ShareAcknowledgeResponse = Infer<typeof ShareAcknowledgeResponse>;

/** API 79. */
export const ShareAcknowledge = api(79, "ShareAcknowledge", { request: ShareAcknowledgeRequest, response: ShareAcknowledgeResponse, throttleFrom: 1 });
