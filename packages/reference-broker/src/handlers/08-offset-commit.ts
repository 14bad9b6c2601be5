import { ErrorCode, OffsetCommit, type OffsetCommitRequestTopic } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { errorCodeOf } from "../coordination/coordinator-error.js";
import type { GroupTopics } from "../groups/coordinator.js";
import type { CommittedTopic } from "../groups/offset-commit.js";

/**
 * OffsetCommit 2-10: a member or a simple consumer writes down how far it has come.
 *
 * Partitions that do not exist are refused one by one (UNKNOWN_TOPIC_OR_PARTITION, by id UNKNOWN_TOPIC_ID), metadata that is too long too
 * (OFFSET_METADATA_TOO_LARGE); everything else is taken in one append or not at all. A group with members takes commits of its members in
 * their generation alone (UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS between JoinGroup and
 * SyncGroup); an empty or unknown one of anybody without a generation. Versions 2-4 may ask for a retention of their own. A commit counts
 * as a heartbeat. As in Apache Kafka 4.3; the answer keeps the order of the request, where Kafka puts refused topics first.
 */
export const offsetCommit = handler({
  api: OffsetCommit,
  versions: { min: 2, max: 10 },
  refuse: ({ topics }, { errorCode }) => ({ topics: topics.map((topic) => refuse(topic, errorCode)) }),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async (request, { broker, apiVersion }) => {
    const topics = request.topics.flatMap((topic) => resolve(topic, broker.groups.topics, apiVersion) ?? []);
    const wanted = topics.filter(({ accepted }) => accepted.partitions.length > 0).map(({ accepted }) => accepted);
    if (wanted.length === 0) return { topics: topics.map(({ answer }) => answer) };
    try {
      const committed = await broker.groups.commit({ ...request, topics: wanted }, apiVersion);
      let next = 0;
      return {
        topics: topics.map(({ accepted, answer }) =>
          accepted.partitions.length === 0 ? answer : merge(answer, committed[next++]),
        ),
      };
    } catch (error) {
      const errorCode = errorCodeOf(error);
      return { topics: topics.map(({ accepted, answer }) => merge(answer, refuse(accepted, errorCode))) };
    }
  },
});

/**
 * Parts the partitions that exist, under their topic's name and id, from those that do not, which are answered already. Undefined for an
 * existing topic without partitions: like Kafka, the answer leaves it out.
 */
function resolve(
  topic: OffsetCommitRequestTopic,
  cluster: GroupTopics,
  apiVersion: number,
): { readonly accepted: OffsetCommitRequestTopic; readonly answer: CommittedTopic } | undefined {
  const name = apiVersion >= 10 ? cluster.topicById(topic.topicId)?.name : topic.name;
  const known = name === undefined ? undefined : cluster.topic(name);
  if (name === undefined || known === undefined) {
    const refused = refuse(
      topic,
      name === undefined ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
    return { accepted: { ...topic, partitions: [] }, answer: refused };
  }
  if (topic.partitions.length === 0) return undefined;
  const exists = ({ partitionIndex }: { readonly partitionIndex: number }): boolean =>
    partitionIndex >= 0 && partitionIndex < known.partitions.length;
  const accepted = { name, topicId: known.id, partitions: topic.partitions.filter(exists) };
  const missing = { name, topicId: known.id, partitions: topic.partitions.filter((partition) => !exists(partition)) };
  return { accepted, answer: refuse(missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) };
}

function refuse({ name, topicId, partitions }: OffsetCommitRequestTopic, errorCode: number): CommittedTopic {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) };
}

function merge(refused: CommittedTopic, committed: CommittedTopic | undefined): CommittedTopic {
  return { ...refused, partitions: [...refused.partitions, ...(committed?.partitions ?? [])] };
}
