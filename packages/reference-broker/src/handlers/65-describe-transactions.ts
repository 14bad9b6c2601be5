import { DescribeTransactions, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { transactionFailure } from "../transactions/listing.js";

/**
 * DescribeTransactions 0: where transactional ids stand (KIP-664).
 *
 * TRANSACTIONAL_ID_NOT_FOUND for one that nobody uses, INVALID_REQUEST for an empty one, NOT_COORDINATOR for one that another broker
 * coordinates. Partitions of topics that the one who asks may not describe are left out. As in Apache Kafka 4.3.
 */
export const describeTransactions = handler({
  api: DescribeTransactions,
  versions: { min: 0, max: 0 },
  refuse: ({ transactionalIds }, { errorCode }) => ({
    transactionStates: transactionalIds.map((transactionalId) => transactionFailure(transactionalId, errorCode)),
  }),
  answer: ({ transactionalIds }, { broker, access }) => ({
    transactionStates: transactionalIds.map((transactionalId) => {
      if (!access.allows("describe", { kind: "transactionalId", name: transactionalId }))
        return transactionFailure(transactionalId, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      const described = broker.transactions.describe(transactionalId);
      const isShown = ({ topic }: { readonly topic: string }): boolean =>
        access.allows("describe", { kind: "topic", name: topic });
      return { ...described, topics: described.topics.filter(isShown) };
    }),
  }),
});
