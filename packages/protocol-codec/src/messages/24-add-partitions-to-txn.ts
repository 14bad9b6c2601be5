import { api, array, bool, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

const addPartitionsToTxnTopic = {
  /** The topic's name. */
  name: string,
  /** The partitions. */
  partitions: array(int32),
};

/** The request of AddPartitionsToTxn. */
export const AddPartitionsToTxnRequest = message(
  "AddPartitionsToTxnRequest",
  { versions: "0-5", flexible: "3+" },
  () => ({
    /** The transactions to add partitions to, in the versions between brokers. */
    transactions: array({
      /** The transactional id. */
      transactionalId: string.in("4+"),
      /** The id of the producer, -1 for none. */
      producerId: int64.in("4+"),
      /** The epoch of the producer, -1 for none. */
      producerEpoch: int16.in("4+"),
      /** Whether only to check that the partitions are in the transaction already. */
      verifyOnly: bool.in("4+"),
      /** The topics. */
      topics: array(addPartitionsToTxnTopic).in("4+"),
    }).in("4+"),
    /** The transactional id, in the versions for clients. */
    v3AndBelowTransactionalId: string.in("0-3"),
    /** The id of the producer, in the versions for clients. */
    v3AndBelowProducerId: int64.in("0-3"),
    /** The epoch of the producer, in the versions for clients. */
    v3AndBelowProducerEpoch: int16.in("0-3"),
    /** The partitions to add, in the versions for clients. */
    v3AndBelowTopics: array(addPartitionsToTxnTopic).in("0-3"),
  }),
);
export type AddPartitionsToTxnRequest = Infer<typeof AddPartitionsToTxnRequest>;

const addPartitionsToTxnPartitionResult = {
  /** The partition's number. */
  partitionIndex: int32,
  /** Kafka's error code for this partition; 0 for none. */
  partitionErrorCode: int16,
};

const addPartitionsToTxnTopicResult = {
  /** The topic's name. */
  name: string,
  /** What became of each partition. */
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
};

/** The response of AddPartitionsToTxn. */
export const AddPartitionsToTxnResponse = message(
  "AddPartitionsToTxnResponse",
  { versions: "0-5", flexible: "3+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16.in("4+").ignorable,
    /** What became of each transaction, in the versions between brokers. */
    resultsByTransaction: array({
      /** The transactional id. */
      transactionalId: string.in("4+"),
      /** What became of each topic. */
      topicResults: array(addPartitionsToTxnTopicResult).in("4+"),
    }).in("4+"),
    /** What became of each topic, in the versions for clients. */
    resultsByTopicV3AndBelow: array(addPartitionsToTxnTopicResult).in("0-3"),
  }),
);
export type AddPartitionsToTxnResponse = Infer<typeof AddPartitionsToTxnResponse>;

/** Adds partitions to a transaction; up to version 3 for clients, from 4 on between brokers. */
export const AddPartitionsToTxn = api(24, "AddPartitionsToTxn", {
  request: AddPartitionsToTxnRequest,
  response: AddPartitionsToTxnResponse,
  throttleFrom: 1,
});
