import {
  api,
  array,
  bool,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  string,
  struct,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of ShareAcknowledge. */
export const ShareAcknowledgeRequest = message("ShareAcknowledgeRequest", { versions: "1-2", flexible: "0+" }, () => ({
  /** The group id. */
  groupId: nullable(string).default(null),
  /** The id of the member. */
  memberId: nullable(string),
  /** The request's place in its session: 0 begins one, -1 ends it. */
  shareSessionEpoch: int32,
  /** Whether the acknowledgements may contain renewals. */
  isRenewAck: bool.in("2+"),
  /** The topics. */
  topics: array({
    /** The topic's id. */
    topicId: uuid,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Ranges of offsets with what became of their records. */
      acknowledgementBatches: array({
        /** The first offset of the range. */
        firstOffset: int64,
        /** The last offset of the range. */
        lastOffset: int64,
        /**
         * What to do with each record: 0 gap, 1 accept, 2 release, 3 reject, 4 renew; a single entry stands for all.
         */
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
}));
export type ShareAcknowledgeRequest = Infer<typeof ShareAcknowledgeRequest>;

/** The response of ShareAcknowledge. */
export const ShareAcknowledgeResponse = message(
  "ShareAcknowledgeResponse",
  { versions: "1-2", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).default(null),
    /** For how long acquired records stay reserved for the member. */
    acquisitionLockTimeoutMs: int32.in("2+").ignorable,
    /** The results, one for each item of the request. */
    responses: array({
      /** The topic's id. */
      topicId: uuid,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
        /** The broker's words on the error, or null. */
        errorMessage: nullable(string).default(null),
        /** The partition's leader as the broker knows it, given when the request went to another. */
        currentLeader: struct({
          /** The node id of the leader, -1 when there is none. */
          leaderId: int32,
          /** The epoch of the partition's leader, -1 when it is not known. */
          leaderEpoch: int32,
        }),
      }),
    }),
    /** Where the leaders listen that are named in this answer. */
    nodeEndpoints: array({
      /** The node id of the broker. */
      nodeId: int32,
      /** The host name or address. */
      host: string,
      /** The port. */
      port: int32,
      /** The rack of the broker, or null. */
      rack: nullable(string).default(null),
    }),
  }),
);
export type ShareAcknowledgeResponse = Infer<typeof ShareAcknowledgeResponse>;

/** Says what became of acquired records. */
export const ShareAcknowledge = api(79, "ShareAcknowledge", {
  request: ShareAcknowledgeRequest,
  response: ShareAcknowledgeResponse,
  throttleFrom: 1,
});
