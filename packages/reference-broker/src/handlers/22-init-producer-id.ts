import { ErrorCode, InitProducerId } from "@moldau/protocol-codec";
import { denialCode, theCluster } from "../security/access.js";
import { handler } from "../network/handler.js";
import { errorBefore } from "../transactions/older-errors.js";

/**
 * InitProducerId 0-5: an identity for a producer that writes each message once, alone or in transactions.
 *
 * Without a transactional id the answer is always a new producer id with epoch 0, also when the producer names the one it had (KIP-360: it
 * raises the epoch by itself and begins again at sequence 0; the log takes that). Ids are given out in blocks of 1,000 that are written to
 * the metadata log first, so that none is ever given twice, not even after SIGKILL.
 *
 * With one the answer is the id that it has, and the next epoch: whoever had the one before is fenced. A producer that names its present id
 * and epoch goes on after an error, and is fenced itself if another has come (PRODUCER_FENCED; INVALID_PRODUCER_EPOCH before version 4). An
 * open transaction is aborted first, and meanwhile the answer is CONCURRENT_TRANSACTIONS. An empty transactional id is INVALID_REQUEST, a
 * time-out of 0 or more than `transaction.max.timeout.ms` INVALID_TRANSACTION_TIMEOUT. As in Apache Kafka 4.3.
 */
export const initProducerId = handler({
  api: InitProducerId,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => refused(errorCode),
  authorize: ({ transactionalId }, { access }) =>
    transactionalId === null
      ? denialCode(access, "idempotentWrite", theCluster)
      : denialCode(access, "write", { kind: "transactionalId", name: transactionalId }),
  answer: async (request, { broker, apiVersion }) => {
    const { transactionalId, producerId, producerEpoch } = request;
    const namesHalf = (producerId === -1n) !== (producerEpoch === -1);
    if (namesHalf) return refused(ErrorCode.INVALID_REQUEST);
    if (transactionalId === null) return { producerId: await broker.producerIds.next(), producerEpoch: 0 };
    const { errorCode, ...identity } = await broker.transactions.initProducer({ ...request, transactionalId });
    return { ...identity, errorCode: errorBefore(firstVersionWithFenced, errorCode, apiVersion) };
  },
});

const firstVersionWithFenced = 4;

function refused(errorCode: number) {
  return { errorCode, producerId: -1n, producerEpoch: -1 };
}
