import { ErrorCode, errorByCode, Uuid } from "@moldau/protocol-codec";
import type { DeleteTopicsRequest } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { clusterRecords } from "./records.js";
import type { ClusterState } from "./state.js";

type TopicToDelete = DeleteTopicsRequest["topics"][number];

/** What became of one topic of a DeleteTopics request. */
export interface TopicDeletion {
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Plans the deletion of topics, each by name or by id: the records to write and, in the order of the request, what became of each. */
export function deleteTopics(cluster: ClusterState, topics: readonly TopicToDelete[]): Change<readonly TopicDeletion[]> {
  const wanted = topics.map((topic) => ({ topic, found: find(cluster, topic) }));
  const ids = wanted.flatMap(({ found }) => (found instanceof Uuid ? [found.toString()] : []));
  const answer: TopicDeletion[] = [];
  const records: Buffer[] = [];
  for (const { topic, found } of wanted) {
    if (!(found instanceof Uuid)) answer.push(found);
    else if (ids.filter((id) => id === found.toString()).length > 1) answer.push(duplicate(topic));
    else {
      records.push(clusterRecords.removeTopic.write({ topicId: found }));
      answer.push({ name: cluster.topicById(found)?.name ?? null, topicId: found, errorCode: ErrorCode.NONE, errorMessage: null });
    }
  }
  return { records, answer };
}

/** The id of the topic meant, or why there is none. */
function find(cluster: ClusterState, topic: TopicToDelete): Uuid | TopicDeletion {
  const { name, topicId } = topic;
  if (name === null && topicId.isZero) return refusal(topic, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified.");
  if (name !== null && !topicId.isZero) return refusal(topic, ErrorCode.INVALID_REQUEST, "You may not specify both topic name and topic id.");
  if (name === null) return cluster.topicById(topicId)?.id ?? refusal(topic, ErrorCode.UNKNOWN_TOPIC_ID);
  return cluster.topic(name)?.id ?? refusal(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
}

function duplicate(topic: TopicToDelete): TopicDeletion {
  return refusal(topic, ErrorCode.INVALID_REQUEST, topic.name === null ? "Duplicate topic id." : "Duplicate topic name.");
}

function refusal({ name, topicId }: TopicToDelete, errorCode: number, errorMessage = errorByCode(errorCode).message): TopicDeletion {
  return { name, topicId, errorCode, errorMessage };
}
