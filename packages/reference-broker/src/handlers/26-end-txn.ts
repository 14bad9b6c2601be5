import { EndTxn } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { errorBefore } from "../transactions/older-errors.js";

/**
 * EndTxn 0-5: commits or aborts a producer's transaction.
 *
 * The answer comes when the decision is in the log of the coordinator; from then on it cannot change, and the partitions are told. Until they
 * all know, whatever else is asked about the transactional id is answered with CONCURRENT_TRANSACTIONS. A request that was carried out before
 * is answered as then; one that does not fit the state is INVALID_TXN_STATE. From version 5 on (KIP-890) the epoch grows with every end, and the
 * answer has the identity for what comes next; an abort is taken also where no transaction was begun. A fenced producer hears
 * INVALID_PRODUCER_EPOCH before version 2. While `transaction.version` is 0 version 5 is refused with UNSUPPORTED_VERSION. As in Apache Kafka
 * 4.3. Difference: after that Kafka answers everything about the id with CONCURRENT_TRANSACTIONS until it is started anew; here it is as it was.
 */
export const endTxn = handler({
  api: EndTxn,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: ({ transactionalId }, { access }) =>
    denialCode(access, "write", { kind: "transactionalId", name: transactionalId }),
  answer: async (request, { broker, apiVersion }) => {
    const { errorCode, ...identity } = await broker.transactions.end(
      request,
      apiVersion >= firstVersionThatRaisesEpochs ? 2 : 0,
    );
    return { ...identity, errorCode: errorBefore(firstVersionWithFenced, errorCode, apiVersion) };
  },
});

const firstVersionWithFenced = 2;
const firstVersionThatRaisesEpochs = 5;
