import { DeleteGroups } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";

/**
 * DeleteGroups 0-2: removes groups with all their committed offsets.
 *
 * NON_EMPTY_GROUP while a group has members, GROUP_ID_NOT_FOUND when there is none. Groups of one partition of `__consumer_offsets` go in
 * one append, together or not at all. As in Apache Kafka 4.3, which serves the versions up to 2.
 */
export const deleteGroups = handler({
  api: DeleteGroups,
  versions: { min: 0, max: 2 },
  refuse: ({ groupsNames }, { errorCode }) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode })),
  }),
  answer: async ({ groupsNames }, { broker }) => {
    const results = await broker.groups.delete(groupsNames);
    return { results: [...results].map(([groupId, errorCode]) => ({ groupId, errorCode })) };
  },
});
