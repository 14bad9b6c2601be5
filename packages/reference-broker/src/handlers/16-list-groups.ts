import { ListGroups } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { errorCodeOf } from "../coordination/coordinator-error.js";

/**
 * ListGroups 0-5: the groups that this broker coordinates.
 *
 * From version 4 on by state, from 5 on by type; upper and lower case do not count, and what no group can be matches none. While one of
 * the broker's shards is loading the whole answer is COORDINATOR_LOAD_IN_PROGRESS. As in Apache Kafka 4.3.
 */
export const listGroups = handler({
  api: ListGroups,
  versions: { min: 0, max: 5 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  answer: (request, { broker }) => {
    try {
      return { groups: broker.groups.list(request) };
    } catch (error) {
      return { errorCode: errorCodeOf(error) };
    }
  },
});
