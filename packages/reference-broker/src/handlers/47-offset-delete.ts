import { ErrorCode, OffsetDelete, type OffsetDeleteRequestTopic } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { errorCodeOf } from "../coordination/coordinator-error.js";
import type { GroupTopics } from "../groups/coordinator-options.js";

/**
 * OffsetDelete 0: removes single committed offsets of a group (KIP-496).
 *
 * Of a group with members only of topics that none of them reads (GROUP_SUBSCRIBED_TO_TOPIC for those), and only if they use the consumer
 * protocol (NON_EMPTY_GROUP otherwise); GROUP_ID_NOT_FOUND for an unknown group. Partitions that do not exist are answered with
 * UNKNOWN_TOPIC_OR_PARTITION, those without an offset with no error. As in Apache Kafka 4.3; the answer keeps the order of the request.
 */
export const offsetDelete = handler({
  api: OffsetDelete,
  versions: { min: 0, max: 0 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: ({ groupId }, { access }) => denialCode(access, "delete", { kind: "group", name: groupId }),
  answer: async ({ groupId, topics }, { broker }) => {
    // Like Kafka, the answer leaves out an existing topic without partitions.
    const wanted = topics.filter(
      ({ name, partitions }) => partitions.length > 0 || broker.groups.topics.topic(name) === undefined,
    );
    const parts = wanted.map((topic) => part(topic, broker.groups.topics));
    try {
      const deleted = await broker.groups.deleteOffsets({ groupId, topics: parts.map(({ existing }) => existing) });
      return {
        topics: parts.map(({ missing }, index) => ({
          ...missing,
          partitions: [...missing.partitions, ...(deleted[index]?.partitions ?? [])],
        })),
      };
    } catch (error) {
      return { errorCode: errorCodeOf(error) };
    }
  },
});

function part(
  topic: OffsetDeleteRequestTopic,
  cluster: GroupTopics,
): {
  existing: OffsetDeleteRequestTopic;
  missing: { name: string; partitions: { partitionIndex: number; errorCode: number }[] };
} {
  const count = cluster.topic(topic.name)?.partitions.length ?? 0;
  const exists = ({ partitionIndex }: { readonly partitionIndex: number }): boolean =>
    partitionIndex >= 0 && partitionIndex < count;
  const missing = topic.partitions.filter((partition) => !exists(partition));
  return {
    existing: { ...topic, partitions: topic.partitions.filter(exists) },
    missing: {
      name: topic.name,
      partitions: missing.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })),
    },
  };
}
