import { ErrorCode, InitProducerId } from "@moldau/protocol-codec";
import { denialCode, theCluster } from "../security/access.js";
import { handler } from "../network/handler.js";

/**
 * InitProducerId 0-5: an identity for a producer that writes each message once.
 *
 * Without a transactional id the answer is always a new producer id with epoch 0, also when the producer names the one it had (KIP-360: it
 * raises the epoch by itself and begins again at sequence 0; the log takes that). Ids are given out in blocks of 1,000 that are written to
 * the metadata log first, so that none is ever given twice, not even after SIGKILL.
 * Difference from Apache Kafka: there are no transactions, so a transactional id is refused with
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
export const initProducerId = handler({
  api: InitProducerId,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => refused(errorCode),
  authorize: ({ transactionalId }, { access }) =>
    transactionalId === null
      ? denialCode(access, "idempotentWrite", theCluster)
      : denialCode(access, "write", { kind: "transactionalId", name: transactionalId }),
  answer: async (request, { broker }) => {
    const { transactionalId, producerId, producerEpoch } = request;
    const namesHalf = (producerId === -1n) !== (producerEpoch === -1);
    if (namesHalf) return refused(ErrorCode.INVALID_REQUEST);
    if (transactionalId !== null) return refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    return { producerId: await broker.producerIds.next(), producerEpoch: 0 };
  },
});

function refused(errorCode: number) {
  return { errorCode, producerId: -1n, producerEpoch: -1 };
}
