import { DeleteTopics, ErrorCode, errorByCode, Uuid, type DeleteTopicsRequest } from "@moldau/protocol-codec";
import { deleteTopics as plan } from "../cluster/delete-topics.js";
import { handler } from "../network/handler.js";

/**
 * DeleteTopics 1-6: topics by name or, from 6 on, by name or id, each with a result of its own.
 *
 * With `delete.topic.enable` off every topic gets TOPIC_DELETION_DISABLED (before version 3 INVALID_REQUEST). When the answer is sent the
 * topic is gone from the metadata, its logs are closed and its committed offsets removed. Difference from Apache Kafka: results stand in the
 * order of the request, there they are shuffled.
 */
export const deleteTopics = handler({
  api: DeleteTopics,
  versions: { min: 1, max: 6 },
  refuse: (request, { errorCode, apiVersion }) => refused(wantedTopics(request, apiVersion), errorCode),
  answer: async (request, { broker, apiVersion }) => {
    const wanted = wantedTopics(request, apiVersion);
    if (!broker.config.boolean("delete.topic.enable")) {
      const errorCode = apiVersion < 3 ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED;
      return {
        responses: wanted.map(({ name, topicId }) => ({
          name,
          topicId,
          errorCode,
          errorMessage: errorByCode(errorCode).message,
        })),
      };
    }
    if (request.timeoutMs <= 0) return refused(wanted, ErrorCode.REQUEST_TIMED_OUT);
    const responses = await broker.controller.change((cluster) => plan(cluster, wanted));
    return { responses };
  },
});

type WantedTopic = DeleteTopicsRequest["topics"][number];

function refused(wanted: readonly WantedTopic[], errorCode: number) {
  return { responses: wanted.map(({ name, topicId }) => ({ name, topicId, errorCode })) };
}

function wantedTopics({ topics, topicNames }: DeleteTopicsRequest, apiVersion: number) {
  return apiVersion >= 6 ? topics : topicNames.map((name) => ({ name, topicId: Uuid.zero }));
}
