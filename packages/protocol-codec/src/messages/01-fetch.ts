import {
  api,
  array,
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

/** The request of Fetch. */
export const FetchRequest = message("FetchRequest", { versions: "4-18", flexible: "12+" }, () => ({
  /** The id of the cluster, or null when it is not known. */
  clusterId: nullable(string).in("12+").default(null).tag(0, "12+").ignorable,
  /** The node id of the follower, -1 from consumers. */
  replicaId: int32.in("0-14").default(-1),
  /** Who fetches, when it is a follower. */
  replicaState: struct({
    /** The node id of the follower, -1 from consumers. */
    replicaId: int32.in("15+").default(-1),
    /** The epoch of the follower's registration, -1 from consumers. */
    replicaEpoch: int64.in("15+").default(-1n),
  })
    .in("15+")
    .tag(1, "15+"),
  /** For how long to wait for `minBytes` to come together. */
  maxWaitMs: int32,
  /** Answer as soon as so many bytes are there. */
  minBytes: int32,
  /** The most bytes of records in the answer; the first batch comes whole even if it is larger. */
  maxBytes: int32.in("3+").default(2147483647).ignorable,
  /** 0 to read everything, 1 to read only what is committed. */
  isolationLevel: int8.in("4+").ignorable,
  /** The fetch session, 0 for none. */
  sessionId: int32.in("7+").ignorable,
  /** The request's place in its session: 0 begins one, -1 ends or avoids one. */
  sessionEpoch: int32.in("7+").default(-1).ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    topic: string.in("0-12").ignorable,
    /** The topic's id. */
    topicId: uuid.in("13+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partition: int32,
      /** The leader epoch that the client knows, so that a stale one can be told; -1 for none. */
      currentLeaderEpoch: int32.in("9+").default(-1).ignorable,
      /** The offset from which to read. */
      fetchOffset: int64,
      /** The leader epoch of the last record that the follower has, -1 from consumers. */
      lastFetchedEpoch: int32.in("12+").default(-1),
      /** The first offset that the partition still holds, -1 when it is not known. */
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      /** The most bytes of records from this partition. */
      partitionMaxBytes: int32,
      /** The log directory of the replica. */
      replicaDirectoryId: uuid.in("17+").tag(0, "17+").ignorable,
      /** The high watermark that the follower knows. */
      highWatermark: int64.in("18+").default(9223372036854775807n).tag(1, "18+").ignorable,
    }),
  }),
  /** The partitions to take out of the session. */
  forgottenTopicsData: array({
    /** The topic's name. */
    topic: string.in("7-12").ignorable,
    /** The topic's id. */
    topicId: uuid.in("13+").ignorable,
    /** The partitions. */
    partitions: array(int32).in("7+"),
  }).in("7+"),
  /** The rack of the client, empty for none. */
  rackId: string.in("11+").ignorable,
}));
export type FetchRequest = Infer<typeof FetchRequest>;

/** The response of Fetch. */
export const FetchResponse = message("FetchResponse", { versions: "4-18", flexible: "12+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16.in("7+").ignorable,
  /** The fetch session, 0 for none. */
  sessionId: int32.in("7+"),
  /** What was read, by topic. */
  responses: array({
    /** The topic's name. */
    topic: string.in("0-12").ignorable,
    /** The topic's id. */
    topicId: uuid.in("13+").ignorable,
    /** The partitions. */
    partitions: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The first offset that not all in-sync replicas have. */
      highWatermark: int64,
      /** The offset before which every transaction is decided. */
      lastStableOffset: int64.in("4+").default(-1n).ignorable,
      /** The first offset that the partition still holds, -1 when it is not known. */
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      /** Where the follower's log parts from the leader's, when it does. */
      divergingEpoch: struct({
        /** The largest epoch that both logs share. */
        epoch: int32.in("12+").default(-1),
        /** The first offset behind the epoch, -1 when it is not known. */
        endOffset: int64.in("12+").default(-1n),
      })
        .in("12+")
        .tag(0, "12+"),
      /** The partition's leader as the broker knows it, given when the request went to another. */
      currentLeader: struct({
        /** The node id of the leader, -1 when there is none. */
        leaderId: int32.in("12+").default(-1),
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32.in("12+").default(-1),
      })
        .in("12+")
        .tag(1, "12+"),
      /** The snapshot to read instead, when the log no longer reaches back so far. */
      snapshotId: struct({
        /** The first offset that the snapshot does not hold. */
        endOffset: int64.default(-1n),
        /** The leader epoch of the last record in the snapshot. */
        epoch: int32.default(-1),
      })
        .in("12+")
        .tag(2, "12+"),
      /** Transactions that were aborted within the records given; null for a reader of uncommitted records. */
      abortedTransactions: nullable(
        array({
          /** The id of the producer, -1 for none. */
          producerId: int64.in("4+"),
          /** The offset of the transaction's first record. */
          firstOffset: int64.in("4+"),
        }),
      ).in("4+").ignorable,
      /** The replica that the consumer had better read from, -1 for the leader. */
      preferredReadReplica: int32.in("11+").default(-1),
      /** The records, in whole batches; the last may be cut short. Null for none. */
      records: nullable(records),
    }),
  }),
  /** Where the leaders listen that are named in this answer. */
  nodeEndpoints: array({
    /** The node id of the broker. */
    nodeId: int32.in("16+"),
    /** The host name or address. */
    host: string.in("16+"),
    /** The port. */
    port: int32.in("16+"),
    /** The rack of the broker, or null. */
    rack: nullable(string).in("16+").default(null),
  })
    .in("16+")
    .tag(0, "16+"),
}));
export type FetchResponse = Infer<typeof FetchResponse>;
/** One topic of a response of Fetch. */
export type FetchResponseTopic = FetchResponse["responses"][number];
/** One partition of a response of Fetch. */
export type FetchResponsePartition = FetchResponseTopic["partitions"][number];

/** Reads record batches from partitions, waiting for new ones if need be; keeps a session so that only changes travel (KIP-227). */
export const Fetch = api(1, "Fetch", { request: FetchRequest, response: FetchResponse, throttleFrom: 8 });
