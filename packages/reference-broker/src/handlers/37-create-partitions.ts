import { CreatePartitions, ErrorCode, type CreatePartitionsRequest } from "@moldau/protocol-codec";
import { createPartitions as plan } from "../cluster/create-partitions.js";
import { handler } from "../network/handler.js";

/**
 * CreatePartitions 0-3: more partitions for existing topics, each with a result of its own.
 *
 * Fewer, or as many as there are, is INVALID_PARTITIONS; `validateOnly` changes nothing. Without time to do it in
 * (`timeoutMs` of 0 or less) nothing is done: REQUEST_TIMED_OUT. Difference from Apache Kafka: one replica for
 * each partition.
 */
export const createPartitions = handler({
  api: CreatePartitions,
  versions: { min: 0, max: 3 },
  refuse: ({ topics }, { errorCode }) => refused(topics, errorCode),
  answer: async (request, { broker }) =>
    request.timeoutMs <= 0
      ? refused(request.topics, ErrorCode.REQUEST_TIMED_OUT)
      : { results: await broker.controller.change((cluster) => plan(cluster, request, broker.random)) },
});

function refused(topics: CreatePartitionsRequest["topics"], errorCode: number) {
  return { results: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })) };
}
