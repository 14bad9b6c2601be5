import { OffsetCommit } from "@moldau/protocol-codec";
import { denialCode } from "../security/access.js";
import { handler } from "../network/handler.js";
import { answerCommit, refuseCommit, topicsToCommit } from "../groups/topics-to-commit.js";

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
  refuse: ({ topics }, { errorCode }) => ({ topics: topics.map((topic) => refuseCommit(topic, errorCode)) }),
  authorize: ({ groupId }, { access }) => denialCode(access, "read", { kind: "group", name: groupId }),
  answer: async (request, { broker, apiVersion }) => {
    const topics = topicsToCommit(request.topics, broker.groups.topics, { byId: apiVersion >= 10 });
    const commit = (wanted: typeof request.topics) => broker.groups.commit({ ...request, topics: wanted }, apiVersion);
    return { topics: await answerCommit(topics, commit) };
  },
});
