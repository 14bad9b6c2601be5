import { ErrorCode, errorByCode, Uuid } from "@moldau/protocol-codec";
import type { DeleteTopicsRequestTopic } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { clusterRecords } from "./records.js";
import type { ClusterState } from "./state.js";

/** What became of one topic of a DeleteTopics request. */
export interface TopicDeletion {
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Plans the deletion of topics, each by name or by id: the records to write and, in the order of the request, what became of each. */
export function deleteTopics(
  cluster: ClusterState,
  topics: readonly DeleteTopicsRequestTopic[],
): Change<readonly TopicDeletion[]> {
  const records: Buffer[] = [];
  const taken = new Set<string>();
  const answer = distinct(topics).map(({ topic, isTwice }): TopicDeletion => {
    if (isTwice)
      return refusal(
        topic,
        ErrorCode.INVALID_REQUEST,
        topic.name === null ? "Duplicate topic id." : "Duplicate topic name.",
      );
    const found = find(cluster, topic);
    if (!(found instanceof Uuid)) return found;
    if (taken.has(found.toString())) {
      return {
        ...refusal(
          topic,
          ErrorCode.INVALID_REQUEST,
          "The provided topic name maps to an ID that was already supplied.",
        ),
        topicId: found,
      };
    }
    taken.add(found.toString());
    records.push(clusterRecords.removeTopic.write({ topicId: found }));
    return {
      name: cluster.topicById(found)?.name ?? null,
      topicId: found,
      errorCode: ErrorCode.NONE,
      errorMessage: null,
    };
  });
  return { records, answer };
}

/** Each topic once, and whether the request names it twice. A topic that is named wrongly stands by itself. */
function distinct(
  topics: readonly DeleteTopicsRequestTopic[],
): readonly { readonly topic: DeleteTopicsRequestTopic; readonly isTwice: boolean }[] {
  const keys = topics.map(({ name, topicId }, index) =>
    (name === null) === topicId.isZero ? `wrong ${index}` : (name ?? `id ${topicId.toString()}`),
  );
  return topics.flatMap((topic, index) => {
    const key = keys[index];
    return keys.indexOf(key ?? "") === index ? [{ topic, isTwice: keys.lastIndexOf(key ?? "") !== index }] : [];
  });
}

/** The id of the topic meant, or why there is none. */
function find(cluster: ClusterState, topic: DeleteTopicsRequestTopic): Uuid | TopicDeletion {
  const { name, topicId } = topic;
  if (name === null && topicId.isZero)
    return refusal(topic, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified.");
  if (name !== null && !topicId.isZero)
    return refusal(topic, ErrorCode.INVALID_REQUEST, "You may not specify both topic name and topic id.");
  const found = name === null ? cluster.topicById(topicId) : cluster.topic(name);
  if (found !== undefined) return found.id;
  return name === null
    ? refusal(topic, ErrorCode.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.")
    : refusal(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.");
}

function refusal(
  { name, topicId }: DeleteTopicsRequestTopic,
  errorCode: number,
  errorMessage = errorByCode(errorCode).message,
): TopicDeletion {
  return { name, topicId, errorCode, errorMessage };
}
