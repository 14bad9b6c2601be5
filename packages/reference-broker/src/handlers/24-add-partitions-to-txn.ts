import { AddPartitionsToTxn, ErrorCode, type AddPartitionsToTxnRequest } from "@moldau/protocol-codec";
import { denialCode, theCluster } from "../security/access.js";
import { handler, type RequestContext } from "../network/handler.js";
import { internalTopic } from "../cluster/internal-topics.js";
import { errorBefore } from "../transactions/older-errors.js";

/**
 * AddPartitionsToTxn 0-5: makes partitions a part of a producer's transaction, which begins with the first of them.
 *
 * Up to version 3 it comes from producers, about one transaction; from 4 on from brokers (who need the right to act for the cluster), about
 * several, each of which may only be asked about (`verifyOnly`, KIP-890: TRANSACTION_ABORTABLE for a partition that is not in it). All
 * partitions of a transaction are added or none: when one does not exist or may not be written, it has that error and the others have
 * OPERATION_NOT_ATTEMPTED. While `transaction.version` is 0 adding in version 4 or 5 is UNSUPPORTED_VERSION for the whole. A producer that another has taken the place of hears PRODUCER_FENCED, or INVALID_PRODUCER_EPOCH before version 2.
 * As in Apache Kafka 4.3; the answer keeps the order of the request. Difference: after that UNSUPPORTED_VERSION Kafka answers everything about the
 * transactional id with CONCURRENT_TRANSACTIONS until it is started anew; here the id is as it was.
 */
export const addPartitionsToTxn = handler({
  api: AddPartitionsToTxn,
  versions: { min: 0, max: 5 },
  refuse: (request, { errorCode, apiVersion }) =>
    apiVersion >= firstVersionOfBrokers
      ? { errorCode, resultsByTransaction: [] }
      : {
          resultsByTopicV3AndBelow: results(
            request.v3AndBelowTopics,
            partitionsOf(request.v3AndBelowTopics).map(() => errorCode),
          ),
        },
  authorize: (request, { access, apiVersion }) =>
    apiVersion >= firstVersionOfBrokers
      ? denialCode(access, "clusterAction", theCluster)
      : denialCode(access, "write", { kind: "transactionalId", name: request.v3AndBelowTransactionalId }),
  answer: async (request, context) => {
    if (context.apiVersion >= firstVersionOfBrokers) return ofBrokers(request.transactions, context);
    const wish = wishOf(request);
    return { resultsByTopicV3AndBelow: results(wish.topics, await errorsOf(wish, context)) };
  },
});

const firstVersionOfBrokers = 4;
const firstVersionWithFenced = 2;

type Wish = AddPartitionsToTxnRequest["transactions"][number];
type Topics = Wish["topics"];

function wishOf(request: AddPartitionsToTxnRequest): Wish {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  };
}

async function ofBrokers(wishes: readonly Wish[], context: RequestContext) {
  const errors = await Promise.all(wishes.map((wish) => errorsOf(wish, context)));
  // A cluster whose records cannot say what this version of the request means refuses it as a whole.
  if (errors.flat().includes(ErrorCode.UNSUPPORTED_VERSION))
    return { errorCode: ErrorCode.UNSUPPORTED_VERSION, resultsByTransaction: [] };
  const resultsByTransaction = wishes.map(({ transactionalId, topics }, index) => ({
    transactionalId,
    topicResults: results(topics, errors[index] ?? []),
  }));
  return { errorCode: ErrorCode.NONE, resultsByTransaction };
}

/** The error code of each partition, in the order of the request. */
async function errorsOf(wish: Wish, context: RequestContext): Promise<readonly number[]> {
  const { broker, apiVersion } = context;
  const { transactionalId, producerId, producerEpoch, verifyOnly } = wish;
  const partitions = partitionsOf(wish.topics);
  const mistakes = partitions.map((partition) => mistakeIn(partition, context));
  if (mistakes.some((errorCode) => errorCode !== ErrorCode.NONE))
    return mistakes.map((errorCode) => (errorCode === ErrorCode.NONE ? ErrorCode.OPERATION_NOT_ATTEMPTED : errorCode));
  const request = { transactionalId, producerId, producerEpoch, partitions };
  if (verifyOnly) return broker.transactions.verifyPartitions(request);
  const added = await broker.transactions.addPartitions(request, apiVersion >= firstVersionOfBrokers ? 2 : 0);
  return partitions.map(() => errorBefore(firstVersionWithFenced, added, apiVersion));
}

function mistakeIn(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { access, broker, apiVersion }: RequestContext,
): number {
  const mayWrite =
    apiVersion >= firstVersionOfBrokers ||
    (internalTopic(topic) === undefined && access.allows("write", { kind: "topic", name: topic }));
  if (!mayWrite) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  return broker.cluster.topic(topic)?.partitions[partition] === undefined
    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    : ErrorCode.NONE;
}

function partitionsOf(topics: Topics): { readonly topic: string; readonly partition: number }[] {
  return topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })));
}

/** Error codes as the answer has them, by topics. */
function results(topics: Topics, errors: readonly number[]) {
  const left = errors.values();
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: left.next().value ?? ErrorCode.NONE,
    })),
  }));
}
