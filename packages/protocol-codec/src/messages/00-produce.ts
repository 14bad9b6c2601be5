import {
  api,
  array,
  int16,
  int32,
  int64,
  message,
  nullable,
  records,
  string,
  struct,
  uuid,
  type Infer,
} from "../schema/index.js";

/** The request of Produce. */
export const ProduceRequest = message("ProduceRequest", { versions: "3-13", flexible: "9+" }, () => ({
  /** The transactional id, or null outside of transactions. */
  transactionalId: nullable(string).in("3+").default(null),
  /** Who has to have the records before the answer: 0 nobody, 1 the leader, -1 all in-sync replicas. */
  acks: int16,
  /** For how long the broker may wait for the in-sync replicas. */
  timeoutMs: int32,
  /** The records, by topic. */
  topicData: array({
    /** The topic's name. */
    name: string.in("0-12").ignorable,
    /** The topic's id. */
    topicId: uuid.in("13+").ignorable,
    /** The records, by partition. */
    partitionData: array({
      /** The partition's number. */
      index: int32,
      /** The records, in whole batches. */
      records: nullable(records),
    }),
  }),
}));
export type ProduceRequest = Infer<typeof ProduceRequest>;
/** One topic of a request of Produce. */
export type ProduceRequestTopic = ProduceRequest["topicData"][number];
/** One partition of a request of Produce. */
export type ProduceRequestPartition = ProduceRequestTopic["partitionData"][number];

/** The response of Produce. */
export const ProduceResponse = message("ProduceResponse", { versions: "3-13", flexible: "9+" }, () => ({
  /** What became of the records, by topic. */
  responses: array({
    /** The topic's name. */
    name: string.in("0-12").ignorable,
    /** The topic's id. */
    topicId: uuid.in("13+").ignorable,
    /** What became of the records, by partition. */
    partitionResponses: array({
      /** The partition's number. */
      index: int32,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The offset that the first record of the batch was given. */
      baseOffset: int64,
      /** When the broker appended the batch, in milliseconds since 1970; -1 where records keep the producer's time. */
      logAppendTimeMs: int64.in("2+").default(-1n).ignorable,
      /** The first offset that the partition still holds, -1 when it is not known. */
      logStartOffset: int64.in("5+").default(-1n).ignorable,
      /** The records for which the batch was refused. */
      recordErrors: array({
        /** The record's place in its batch. */
        batchIndex: int32.in("8+"),
        /** Why this record was refused, or null. */
        batchIndexErrorMessage: nullable(string).in("8+").default(null),
      }).in("8+").ignorable,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).in("8+").default(null).ignorable,
      /** The partition's leader as the broker knows it, given when the request went to another. */
      currentLeader: struct({
        /** The node id of the leader, -1 when there is none. */
        leaderId: int32.in("10+").default(-1),
        /** The epoch of the partition's leader, -1 when it is not known. */
        leaderEpoch: int32.in("10+").default(-1),
      })
        .in("10+")
        .tag(0, "10+"),
    }),
  }),
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Where the leaders listen that are named in this answer. */
  nodeEndpoints: array({
    /** The node id of the broker. */
    nodeId: int32.in("10+"),
    /** The host name or address. */
    host: string.in("10+"),
    /** The port. */
    port: int32.in("10+"),
    /** The rack of the broker, or null. */
    rack: nullable(string).in("10+").default(null),
  })
    .in("10+")
    .tag(0, "10+"),
}));
export type ProduceResponse = Infer<typeof ProduceResponse>;
/** One topic of a response of Produce. */
export type ProduceResponseTopic = ProduceResponse["responses"][number];
/** One partition of a response of Produce. */
export type ProduceResponsePartition = ProduceResponseTopic["partitionResponses"][number];

/** Appends record batches to partitions, each at its leader. With acks 0 there is no response at all. */
export const Produce = api(0, "Produce", { request: ProduceRequest, response: ProduceResponse, throttleFrom: 6 });
