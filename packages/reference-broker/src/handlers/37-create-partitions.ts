import { CreatePartitions } from "@moldau/protocol-codec";
import { createPartitions as plan } from "../cluster/create-partitions.js";
import { handler } from "../network/handler.js";

/**
 * CreatePartitions 0-3: more partitions for existing topics, each with a result of its own.
 *
 * Fewer, or as many as there are, is INVALID_PARTITIONS; `validateOnly` changes nothing. Difference from Apache Kafka: one replica for
 * each partition.
 */
export const createPartitions = handler({
  api: CreatePartitions,
  versions: { min: 0, max: 3 },
  refuse: ({ topics }, { errorCode }) => ({
    results: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
  }),
  answer: async (request, { broker }) => ({
    results: await broker.controller.change((cluster) => plan(cluster, request, broker.random)),
  }),
});
