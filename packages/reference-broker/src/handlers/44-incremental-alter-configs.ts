import { IncrementalAlterConfigs } from "@moldau/protocol-codec";
import { alterConfigs } from "../cluster/alter-configs.js";
import { handler } from "../network/handler.js";

/**
 * IncrementalAlterConfigs 0-1: sets, deletes, appends to and subtracts from single keys, each resource with a result of its own (KIP-339).
 *
 * What is answered holds for the next append already. `validateOnly` changes nothing. Difference from Apache Kafka: topics and groups
 * only; brokers, loggers and client metrics get INVALID_REQUEST, because their settings were given at the start or do not exist here.
 */
export const incrementalAlterConfigs = handler({
  api: IncrementalAlterConfigs,
  versions: { min: 0, max: 1 },
  refuse: ({ resources }, { errorCode }) => ({
    responses: resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      errorCode,
      errorMessage: null,
    })),
  }),
  answer: async (request, { broker }) => ({
    responses: await broker.controller.change((cluster) => alterConfigs(cluster, request, broker.config)),
  }),
});
