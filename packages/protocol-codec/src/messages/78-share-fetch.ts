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
  records,
  string,
  struct,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of ShareFetch. */
export const ShareFetchRequest = message("ShareFetchRequest", { versions: "1-2", flexible: "0+" }, () => ({
  /** The group id. */
  groupId: nullable(string).default(null),
  /** The id of the member. */
  memberId: nullable(string),
  /** The request's place in its session: 0 begins one, -1 ends it. */
  shareSessionEpoch: int32,
  /** For how long to wait for `minBytes` to come together. */
  maxWaitMs: int32,
  /** Answer as soon as so many bytes are there. */
  minBytes: int32,
  /** The most bytes of records in the answer; the first batch comes whole even if it is larger. */
  maxBytes: int32.default(2147483647),
  /** The most records to acquire. */
  maxRecords: int32.in("1+"),
  /** The number of records that one acquired batch should hold. */
  batchSize: int32.in("1+"),
  /** How records are acquired: 0 in whole batches, 1 not one more than asked for. */
  shareAcquireMode: int8.in("2+").ignorable,
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
      /** The most bytes of records from this partition. */
      partitionMaxBytes: int32.in("0"),
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
  /** The partitions to take out of the session. */
  forgottenTopicsData: array({
    /** The topic's id. */
    topicId: uuid,
    /** The partitions. */
    partitions: array(int32),
  }),
}));
export type ShareFetchRequest = Infer<typeof ShareFetchRequest>;

/** The response of ShareFetch. */
export const ShareFetchResponse = message("ShareFetchResponse", { versions: "1-2", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).default(null),
  /** For how long acquired records stay reserved for the member. */
  acquisitionLockTimeoutMs: int32.in("1+"),
  /** What was read, by topic. */
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
      /** The error of the acknowledgement that came with the fetch; 0 for none. */
      acknowledgeErrorCode: int16,
      /** The broker's words on `acknowledgeErrorCode`, or null. */
      acknowledgeErrorMessage: nullable(string).default(null),
      /** The partition's leader as the broker knows it, given when the request went to another. */
      currentLeader: struct({
        /** The node id of the leader, -1 when there is none. */
        leaderId: int32,
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32,
      }),
      /** The records, in whole batches. */
      records: nullable(records, "0"),
      /** The ranges of records that this member has acquired. */
      acquiredRecords: array({
        /** The first offset of the range. */
        firstOffset: int64,
        /** The last offset of the range. */
        lastOffset: int64,
        /** How often the records were delivered. */
        deliveryCount: int16,
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
}));
export type ShareFetchResponse = Infer<typeof ShareFetchResponse>;

/** Acquires and reads records for a member of a share group. */
export const ShareFetch = api(78, "ShareFetch", {
  request: ShareFetchRequest,
  response: ShareFetchResponse,
  throttleFrom: 1,
});
