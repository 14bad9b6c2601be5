import { api, array, bool, int16, int32, int64, message, string, type Infer } from "../schema/index.js";

const addPartitionsToTxnRequestAddPartitionsToTxnTopic = {
  name: string,
  partitions: array(int32),
};

export const AddPartitionsToTxnRequest = message("AddPartitionsToTxnRequest", { versions: "0-5", flexible: "3+" }, {
  transactions: array({
    transactionalId: string.in("4+"),
    producerId: int64.in("4+"),
    producerEpoch: int16.in("4+"),
    verifyOnly: bool.in("4+"),
    topics: array(addPartitionsToTxnRequestAddPartitionsToTxnTopic).in("4+"),
  }).in("4+"),
  v3AndBelowTransactionalId: string.in("0-3"),
  v3AndBelowProducerId: int64.in("0-3"),
  v3AndBelowProducerEpoch: int16.in("0-3"),
  v3AndBelowTopics: array(addPartitionsToTxnRequestAddPartitionsToTxnTopic).in("0-3"),
});
export type AddPartitionsToTxnRequest = Infer<typeof AddPartitionsToTxnRequest>;

const addPartitionsToTxnResponseAddPartitionsToTxnPartitionResult = {
  partitionIndex: int32,
  partitionErrorCode: int16,
};

const addPartitionsToTxnResponseAddPartitionsToTxnTopicResult = {
  name: string,
  resultsByPartition: array(addPartitionsToTxnResponseAddPartitionsToTxnPartitionResult),
};

export const AddPartitionsToTxnResponse = message("AddPartitionsToTxnResponse", { versions: "0-5", flexible: "3+" }, {
  throttleTimeMs: int32,
  errorCode: int16.in("4+").ignorable,
  resultsByTransaction: array({
    transactionalId: string.in("4+"),
    topicResults: array(addPartitionsToTxnResponseAddPartitionsToTxnTopicResult).in("4+"),
  }).in("4+"),
  resultsByTopicV3AndBelow: array(addPartitionsToTxnResponseAddPartitionsToTxnTopicResult).in("0-3"),
});
export type AddPartitionsToTxnResponse = Infer<typeof AddPartitionsToTxnResponse>;

/** API 24. */
export const AddPartitionsToTxn = api(24, "AddPartitionsToTxn", { request: AddPartitionsToTxnRequest, response: AddPartitionsToTxnResponse, throttleFrom: 1 });
