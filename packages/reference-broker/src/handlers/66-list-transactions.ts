import { ListTransactions } from "@moldau/protocol-codec";
import { errorCodeOf } from "../coordination/coordinator-error.js";
import { handler } from "../network/handler.js";
import { unknownStates } from "../transactions/listing.js";

/**
 * ListTransactions 0-2: the transactional ids that this broker coordinates (KIP-664).
 *
 * By states, whose names have to be written as Kafka writes them (others are handed back), and by producer ids; from version 1 on also by how
 * long ago the transaction began (an id without one began in 1970), from 2 on by a pattern in RE2's language that the whole id has to match
 * (INVALID_REGULAR_EXPRESSION when it is none). While one of the broker's shards is loading the whole answer is COORDINATOR_LOAD_IN_PROGRESS.
 * As in Apache Kafka 4.3.
 */
export const listTransactions = handler({
  api: ListTransactions,
  versions: { min: 0, max: 2 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  answer: (request, { broker, access }) => {
    try {
      const listed = broker.transactions.list(request);
      return {
        unknownStateFilters: [...unknownStates(request.stateFilters)],
        transactionStates: listed.filter(({ transactionalId }) =>
          access.allows("describe", { kind: "transactionalId", name: transactionalId }),
        ),
      };
    } catch (error) {
      return { errorCode: errorCodeOf(error) };
    }
  },
});
