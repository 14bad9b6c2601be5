import { ErrorCode, type OffsetCommitRequestTopic } from "@moldau/protocol-codec";
import { errorCodeOf } from "../coordination/coordinator-error.js";
import type { GroupTopics } from "./coordinator-options.js";
import type { CommittedTopic } from "./offset-commit.js";

/** What a request commits for a topic, and what is answered already. */
export interface TopicToCommit {
  /** The partitions that exist, under their topic's name and id. */
  readonly accepted: OffsetCommitRequestTopic;
  /** Those that do not, refused. */
  readonly answer: CommittedTopic;
}

/**
 * Parts the partitions of a request that exist from those that do not: UNKNOWN_TOPIC_OR_PARTITION, and UNKNOWN_TOPIC_ID for an id that no topic
 * has. Topics are named by their ids where `byId`. An existing topic without partitions is left out: like in Kafka, so does the answer.
 */
export function topicsToCommit(
  topics: readonly OffsetCommitRequestTopic[],
  cluster: GroupTopics,
  { byId }: { readonly byId: boolean },
): readonly TopicToCommit[] {
  return topics.flatMap((topic) => resolve(topic, cluster, byId) ?? []);
}

/**
 * Commits what was accepted, unless that is nothing, and puts the answers together in the order of the request. `commit` answers each of the
 * topics that it is given, or rejects with a CoordinatorError; `told` makes of that one's error code what this client is told.
 */
export async function answerCommit(
  topics: readonly TopicToCommit[],
  commit: (topics: OffsetCommitRequestTopic[]) => Promise<readonly CommittedTopic[]>,
  told: (errorCode: number) => number = (errorCode) => errorCode,
): Promise<readonly CommittedTopic[]> {
  const wanted = topics.filter(({ accepted }) => accepted.partitions.length > 0).map(({ accepted }) => accepted);
  if (wanted.length === 0) return topics.map(({ answer }) => answer);
  try {
    const committed = await commit(wanted);
    let next = 0;
    return topics.map(({ accepted, answer }) =>
      accepted.partitions.length === 0 ? answer : merge(answer, committed[next++]),
    );
  } catch (error) {
    const errorCode = told(errorCodeOf(error));
    return topics.map(({ accepted, answer }) => merge(answer, refuseCommit(accepted, errorCode)));
  }
}

/** One error for every partition of a topic. */
export function refuseCommit(
  { name, topicId, partitions }: OffsetCommitRequestTopic,
  errorCode: number,
): CommittedTopic {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) };
}

function resolve(topic: OffsetCommitRequestTopic, cluster: GroupTopics, byId: boolean): TopicToCommit | undefined {
  const name = byId ? cluster.topicById(topic.topicId)?.name : topic.name;
  const known = name === undefined ? undefined : cluster.topic(name);
  if (name === undefined || known === undefined) {
    const errorCode = name === undefined ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return { accepted: { ...topic, partitions: [] }, answer: refuseCommit(topic, errorCode) };
  }
  if (topic.partitions.length === 0) return undefined;
  const exists = ({ partitionIndex }: { readonly partitionIndex: number }): boolean =>
    partitionIndex >= 0 && partitionIndex < known.partitions.length;
  const accepted = { name, topicId: known.id, partitions: topic.partitions.filter(exists) };
  const missing = { name, topicId: known.id, partitions: topic.partitions.filter((partition) => !exists(partition)) };
  return { accepted, answer: refuseCommit(missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) };
}

function merge(refused: CommittedTopic, committed: CommittedTopic | undefined): CommittedTopic {
  return { ...refused, partitions: [...refused.partitions, ...(committed?.partitions ?? [])] };
}
